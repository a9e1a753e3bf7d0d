"""Checks of a card as people filled it in: each error has its place in the card's JSON, and a remedy."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from scheduling.campaigns.cards.conversion import parts_of
from scheduling.campaigns.cards.parts import KINDS, OPEN, Part, PartList
from scheduling.exceptions import SchedulingError
from wecom.contents import columns

CHOICES, CHOICE = 10, 32
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S")


def card_problems(card: Mapping[str, Any]) -> Iterator[SchedulingError]:
    """The parts of a card without variables that WeChat Work would refuse or cut; nothing for one that `parts_of`
    cannot read."""
    parts = parts_of(card)
    if parts is None:
        return
    kind = KINDS[parts["kind"]]
    for part in kind.parts:
        yield from _part(part, parts[part.name], part.path)
    if parts["kind"] == "text_notice" and not parts["title"].strip() and not parts["text"].strip():
        yield _error(("title",), "empty", _("The card has neither a title nor a text."), _("Write one of them."))
    if parts.get("figure_text") and not parts.get("figure"):
        yield _error(
            ("emphasis", "title"), "empty", _("The large figure is missing."), _("Write it, or leave both out.")
        )
    for rows in kind.lists:
        yield from _rows(rows, parts[rows.name])


def _rows(rows: PartList, filled: list[Mapping[str, Any]]) -> Iterator[SchedulingError]:
    if not rows.least <= len(filled) <= rows.most:
        values = {"label": _named(rows.label), "least": rows.least, "most": rows.most, "count": len(filled)}
        fault = _("%(label)s: there are %(count)d.") % values
        remedy = _("%(least)d to %(most)d are possible.") % values
        yield _error(rows.path, "count", fault, remedy)
    keys: set[str] = set()
    for number, row in enumerate(filled):
        place = (*rows.path[:-1], f"{rows.path[-1]}[{number}]")
        for column in rows.columns:
            label = f"{_named(rows.one)} {number + 1} · {column.label}"
            yield from _part(column, row[column.name], (*place, *column.path), label)
        if rows.name == "buttons":
            yield from _button(row, place, keys)
        elif rows.name == "selectors":
            yield from _choices(row["choices"].split("\n"), (*place, "choices"))


def _button(row: Mapping[str, Any], place: tuple[str, ...], keys: set[str]) -> Iterator[SchedulingError]:
    if row["action"] == OPEN:
        if not row["url"].strip():
            yield _error((*place, "url"), "empty", _("The button leads nowhere."), _("Write the address of a page."))
        return
    if row["key"] in keys:
        fault = _("Two buttons have the key “%s”, so that answers could not be told apart.") % row["key"]
        yield _error((*place, "text"), "repeated", fault, _("Give one of them another action or key."))
    keys.add(row["key"])


def _choices(labels: list[str], place: tuple[str, ...]) -> Iterator[SchedulingError]:
    if len(labels) > CHOICES:
        told = _("There are %(count)d choices.") % {"count": len(labels)}
        yield _error(place, "count", told, _("At most %d are possible.") % CHOICES)
    elif any(columns(text) > CHOICE for text in labels):
        yield _too_wide(place, _("choice"), CHOICE)


def _part(part: Part, value: Any, path: tuple[str, ...], label: str = "") -> Iterator[SchedulingError]:
    if not isinstance(value, str):
        return
    label = label or _named(part.label)
    if part.needed and not value.strip():
        fault = _("%(label)s: nothing is written there.") % {"label": label}
        yield _error(path, "empty", fault, _("Fill it in."))
    elif part.is_address and value and not ADDRESS.match(value):
        fault = _("%(label)s: this is no web address.") % {"label": label}
        yield _error(path, "invalid", fault, _("Begin it with https://."))
    elif part.width and columns(value) > part.width:
        yield _too_wide(path, label, part.width)
    elif part.length and len(value) > part.length:
        fault = _("%(label)s: it is too long.") % {"label": label}
        yield _error(path, "too_long", fault, _("At most %d characters are possible.") % part.length)
    elif part.size and (size := len(value.encode())) > part.size:
        values = {"label": label, "bytes": size, "most": part.size}
        fault = _("%(label)s: it has %(bytes)d bytes, and %(most)d are possible.") % values
        yield _error(path, "too_long", fault, _("Shorten it; a Chinese character is 3 bytes."))


def _too_wide(path: tuple[str, ...], label: Any, width: int) -> SchedulingError:
    fault = _("%(label)s: it is too long.") % {"label": _named(label)}
    values = {"chinese": width // 2, "letters": width}
    remedy = _("At most %(chinese)d Chinese characters or %(letters)d letters are possible.") % values
    return _error(path, "too_long", fault, remedy)


def _named(label: Any) -> str:
    return capfirst(str(label))


def _error(path: tuple[str, ...], code: str, fault: str, remedy: str) -> SchedulingError:
    return SchedulingError(fault, code=code, field=f"card.{'.'.join(path)}", remedy=remedy)
