"""A whole file: its version, and the entries of each of its parts under their own names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.interchange import yaml_text
from core.interchange.flaws import Findings, Place
from core.interchange.model_fields import refuse_others
from core.interchange.yaml_text import SMALL, Size

VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of a file, with its place."""

    name: str
    place: Place
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Document:
    """The entries of a file, in its order."""

    parts: Mapping[str, tuple[Entry, ...]]
    findings: Findings


def write(parts: Mapping[str, Sequence[Mapping[str, Any]]], *, keys: Mapping[str, str]) -> str:
    """The text of a file with these parts; within each, the entries by name. `keys`: the naming field of each."""
    listed = {part: sorted(rows, key=lambda row: str(row[keys[part]])) for part, rows in parts.items() if rows}
    return yaml_text.dump({"version": VERSION, **listed})


def read(
    data: bytes, *, keys: Mapping[str, str], size: Size = SMALL, inner_lists: Mapping[str, str] | None = None
) -> Document:
    """The entries of a file. Raises `FileRefused` if it cannot be read at all; else its flaws are in `findings`, which
    get `inner_lists`.
    """
    loaded = yaml_text.load(data, size=size)
    findings = Findings(lines=loaded.lines, inner_lists=inner_lists or {})
    version = loaded.value.get("version")
    if version != VERSION or type(version) is not int:
        message = _("The file has version %(version)s; this installation reads version %(ours)d.")
        remedy = _("Write “version: 1”, or import it into the release that exported it.")
        findings.add(("version",), message % {"version": version, "ours": VERSION}, remedy, code="version_unknown")
        findings.refuse()
    refuse_others(loaded.value, ("version", *keys), (), findings)
    parts = {part: _entries(loaded.value, part, key, size.most_entries, findings) for part, key in keys.items()}
    return Document(parts=parts, findings=findings)


def _entries(value: Mapping[str, Any], part: str, key: str, most: int, findings: Findings) -> tuple[Entry, ...]:
    listed = value.get(part) or []
    if not isinstance(listed, list) or len(listed) > most:
        message = _("“%(part)s” is a list of at most %(most)d.") % {"part": part, "most": most}
        findings.add((part,), message, _("Begin each with “- %(key)s:”.") % {"key": key})
        return ()
    entries: dict[str, Entry] = {}
    for number, data in enumerate(listed):
        place: Place = (part, number)
        name = data.get(key) if isinstance(data, Mapping) else None
        if not isinstance(name, str) or not name.strip():
            remedy = _("Write “%(key)s:” and a text.") % {"key": key}
            findings.add((*place, key), _("The name is missing."), remedy)
        elif name.strip() in entries:
            message = _("The name “%(name)s” is there twice.") % {"name": name.strip()}
            findings.add((*place, key), message, _("Give each a name of its own."), code="name_taken")
        else:
            entries[name.strip()] = Entry(name=name.strip(), place=place, data=data)
    return tuple(entries.values())
