"""A whole file: its version, its segments, its campaigns and its series, each under its own name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from scheduling.files import yaml_text
from scheduling.files.flaws import Findings, Place
from scheduling.files.model_fields import refuse_others

VERSION = 1
MOST = 500  # of each
PARTS = ("segments", "campaigns", "series")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One segment, campaign or series of a file, with its place."""

    name: str
    place: Place
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Document:
    """What a file holds, in its order."""

    segments: tuple[Entry, ...]
    campaigns: tuple[Entry, ...]
    series: tuple[Entry, ...]
    findings: Findings


def write(parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The text of a file with these parts; within each, the entries by name."""
    listed = {name: sorted(rows, key=lambda row: str(row["name"])) for name, rows in parts.items() if rows}
    return yaml_text.dump({"version": VERSION, **listed})


def read(data: bytes) -> Document:
    """What a file holds. Raises `FileRefused` if it cannot be read at all; else what is wrong is in `findings`."""
    loaded = yaml_text.load(data)
    findings = Findings(lines=loaded.lines)
    version = loaded.value.get("version")
    if version != VERSION or type(version) is not int:
        words = _("The file has version %(version)s; this installation reads version %(ours)d.")
        remedy = _("Write “version: 1”, or import it into the release that exported it.")
        findings.add(("version",), words % {"version": version, "ours": VERSION}, remedy, code="version_unknown")
        findings.refuse()
    refuse_others(loaded.value, ("version", *PARTS), (), findings)
    parts = {part: _entries(loaded.value, part, findings) for part in PARTS}
    return Document(**parts, findings=findings)


def _entries(value: Mapping[str, Any], part: str, findings: Findings) -> tuple[Entry, ...]:
    listed = value.get(part) or []
    if not isinstance(listed, list) or len(listed) > MOST:
        words = _("“%(part)s” is a list of at most %(most)d.") % {"part": part, "most": MOST}
        findings.add((part,), words, _("Begin each with “- name:”."))
        return ()
    found: dict[str, Entry] = {}
    for number, data in enumerate(listed):
        place: Place = (part, number)
        name = data.get("name") if isinstance(data, Mapping) else None
        if not isinstance(name, str) or not name.strip():
            findings.add((*place, "name"), _("The name is missing."), _("Write “name:” and a text."))
        elif name.strip() in found:
            words = _("The name “%(name)s” is there twice.") % {"name": name.strip()}
            findings.add((*place, "name"), words, _("Give each a name of its own."), code="name_taken")
        else:
            found[name.strip()] = Entry(name=name.strip(), place=place, data=data)
    return tuple(found.values())
