"""Limits of the fields of messages; each check raises a `ContentError` that names the field and the remedy."""

import re
from collections.abc import Iterable

from core.text.slot_values import INVISIBLE
from wecom import platform_quirks
from wecom.contents.splitting import columns, size
from wecom.exceptions import ContentError

TITLE, DESCRIPTION, URL = 128, 512, 2048  # bytes
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S")


def clean(text: str) -> str:
    """The text as UTF-8 and PostgreSQL can hold it, in no more bytes; nothing else is changed.

    Half a surrogate pair becomes the replacement character, and NUL goes.
    """
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "")


def required(name: str, value: str) -> None:
    """Refuse an empty one, and one of invisible characters, which the platform takes for empty."""
    if not value.strip(INVISIBLE):
        raise ContentError(f"The field {name} is empty.", code="empty", field=name, remedy="Fill it in.")


def within(name: str, value: str, limit: int) -> None:
    """Refuse a text with more bytes of UTF-8."""
    if size(value) > limit:
        raise too_long(name, f"{size(value)} bytes", f"{limit} bytes")


def narrow(name: str, value: str, limit: int) -> None:
    """Refuse a text that the platform cuts by the characters that fit, of which a Chinese one is as wide as two
    letters."""
    if columns(value) > limit:
        most = f"{limit // 2} Chinese characters or {limit} letters"
        raise too_long(name, f"the width of {columns(value)} letters", most)


def wide_enough(name: str, value: str, limit: int) -> None:
    """Refuse a text that the platform finds too short."""
    if columns(value) < limit:
        fault = f"The field {name} has the width of {columns(value)} letters."
        remedy = f"Give it at least {limit // 2} Chinese characters or {limit} letters."
        raise ContentError(fault, code="too_short", field=name, remedy=remedy)


def words(name: str, value: str, limit: int) -> None:
    """Refuse an empty text, and one that is too wide."""
    required(name, value.strip())
    narrow(name, value, limit)


def key(name: str, value: str, limit: int) -> None:
    """Refuse an empty key, and one of more bytes."""
    required(name, value.strip())
    within(name, value, limit)


def counting_as_said(name: str, value: str, limit: int) -> None:
    """Refuse an empty text, and a longer one, in the unit that `Assumptions.text_card_unit` says."""
    if platform_quirks.current.text_card_unit == platform_quirks.BYTES:
        key(name, value, limit)
        return
    required(name, value.strip())
    if len(value) > limit:
        raise too_long(name, f"{len(value)} characters", f"{limit} characters")


def counted(name: str, count: int, most: int, *, least: int = 1) -> None:
    """Refuse a list that is too short or too long."""
    if not least <= count <= most:
        fault, remedy = f"The field {name} has {count} entries.", f"Give it {least} to {most}."
        raise ContentError(fault, code="count", field=name, remedy=remedy)


def distinct(names: Iterable[tuple[str, str]]) -> None:
    """Refuse the second of two equal keys; each comes with the name of its field."""
    seen: set[str] = set()
    for name, value in names:
        if value in seen:
            fault, remedy = f"The field {name} repeats one before it.", "Give each a key of its own."
            raise ContentError(fault, code="repeated", field=name, remedy=remedy)
        seen.add(value)


def one_of(name: str, value: int, choices: str, *, most: int, least: int = 0) -> None:
    """Refuse a number that the platform gives no meaning; `choices` are those that it has."""
    if not least <= value <= most:
        raise ContentError(f"The field {name} is {value}.", code="invalid", field=name, remedy=f"Choose {choices}.")


def address(name: str, value: str, limit: int = URL) -> None:
    """Refuse all but a URL with its scheme, in 2,048 bytes."""
    required(name, value.strip())
    within(name, value, limit)
    if not ADDRESS.match(value):
        remedy = "Begin it with https://."
        raise ContentError(f"The field {name} is no web address.", code="invalid", field=name, remedy=remedy)


def missing(name: str, remedy: str) -> ContentError:
    """The error for a part that must be there."""
    return ContentError(f"The field {name} is missing.", code="empty", field=name, remedy=remedy)


def too_long(name: str, length: str, limit: str) -> ContentError:
    """The error that says by how much."""
    fault = f"The field {name} has {length}; the limit is {limit}."
    remedy = "Shorten it; a Chinese character is 3 bytes." if "bytes" in limit else "Shorten it."
    return ContentError(fault, code="too_long", field=name, remedy=remedy)
