"""The software bill of materials, as CycloneDX 1.6: each pinned package that is installed here, with its licence."""

import re
from collections.abc import Iterator
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from openuser.settings.environment import BASE_DIR
from openuser.version import VERSION

PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[\w,]+\])?==([^\s;#\\]+)[^#]*(?:#\s*([^;]+))?")
LONGEST = 60  # characters; some packages put their whole licence where its name belongs
Document = dict[str, Any]


def document(*, now: datetime) -> Document:
    """The whole bill."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": now.isoformat(timespec="seconds"),
            "component": {
                "type": "application",
                "name": "openuser",
                "version": VERSION,
                "licenses": _named("Apache-2.0"),
            },
        },
        "components": [_component(*package) for package in sorted(installed())],
    }


def installed() -> Iterator[tuple[str, str, str]]:
    """Name, version and licence of each pinned package that is installed. Those of requirements say theirs."""
    pinned: dict[str, str] = {}
    for path in sorted((BASE_DIR / "requirements").glob("*.txt")):
        for name, licence in _pinned(path):
            pinned[name] = pinned.get(name) or licence
    for name, licence in pinned.items():
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # of a group of requirements that this installation does without
        yield name, package.version, licence or _own_words(package.metadata)


def _pinned(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := PINNED.match(line):
            yield re.sub(r"[-_.]+", "-", match[1]).lower(), (match[3] or "").strip()


def _own_words(about: metadata.PackageMetadata) -> str:
    """The licence of a package by its own words."""
    names = [about["License-Expression"] or about["License"] or ""]
    kinds = about.get_all("Classifier") or []
    names += [kind.rpartition(" :: ")[2] for kind in kinds if kind.startswith("License ::")]
    return next((name for name in names if name and len(name) <= LONGEST and "\n" not in name), "unknown")


def _component(name: str, version: str, licence: str) -> Document:
    return {
        "type": "library",
        "bom-ref": f"{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "licenses": _named(licence),
    }


def _named(licence: str) -> list[Document]:
    return [{"license": {"name": licence}}]
