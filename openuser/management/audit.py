"""Asks PyPI for known vulnerabilities of the locked packages, with pip-audit, and lists the packages that it does not
know.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from openuser.settings.environment import BASE_DIR

LOCK = BASE_DIR / "requirements" / "production.lock"


@dataclass(frozen=True, kw_only=True)
class Audit:
    """The result: `found` has a line for each vulnerability, `unasked` the packages that the index does not know."""

    asked: int
    unasked: list[str]
    found: list[str]


def is_installed() -> bool:
    return find_spec("pip_audit") is not None


def run(lock: Path = LOCK) -> Audit | None:
    """Ask for each package of a lock; None if pip-audit gave up."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        line = ["-m", "pip_audit", "-r", str(lock), "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
        # Its exit status does not tell a vulnerability from a network that is away; its words go to stderr.
        subprocess.run([sys.executable, *line, "--format", "json", "--output", str(report)], check=False)
        try:
            return read(json.loads(report.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None


def read(report: dict[str, Any]) -> Audit:
    """The report of pip-audit. It passes over packages that the index does not know, as if they were sound."""
    packages = report["dependencies"]
    unasked = sorted(package["name"] for package in packages if "skip_reason" in package)
    vulnerabilities = [
        f"{package['name']} {package['version']}: {flaw['id']}, mended in "
        f"{', '.join(flaw['fix_versions']) or 'no version yet'}"
        for package in packages
        for flaw in package.get("vulns", ())
    ]
    return Audit(asked=len(packages) - len(unasked), unasked=unasked, found=vulnerabilities)
