"""What a field of a message may hold; each check raises a `ContentError` that names the field and the remedy."""

import re

from wecom.exceptions import ContentError
from wecom.splitting import columns, size

TITLE, DESCRIPTION, URL = 128, 512, 2048  # bytes
INVISIBLE = "\u200b\u200c\u2060"  # shown as nothing: zero-width space, non-joiner, word joiner
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S")


def clean(text: str) -> str:
    """What UTF-8 can hold, in no more bytes: half a surrogate pair becomes the replacement character."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.rstrip(INVISIBLE)


def required(name: str, value: str) -> None:
    """Refuse an empty one."""
    if not value:
        raise ContentError(f"The field {name} is empty.", code="empty", field=name, remedy="Fill it in.")


def within(name: str, value: str, limit: int) -> None:
    """Refuse what has more bytes of UTF-8."""
    if size(value) > limit:
        raise too_long(name, f"{size(value)} bytes", f"{limit} bytes")


def narrow(name: str, value: str, limit: int) -> None:
    """Refuse what the platform cuts by the characters that fit, of which a Chinese one is as wide as two letters."""
    if columns(value) > limit:
        most = f"{limit // 2} Chinese characters or {limit} letters"
        raise too_long(name, f"the width of {columns(value)} letters", most)


def counted(name: str, count: int, most: int) -> None:
    """Refuse a list that is empty or too long."""
    if not 0 < count <= most:
        words, remedy = f"The field {name} has {count} entries.", f"Give it 1 to {most}."
        raise ContentError(words, code="count", field=name, remedy=remedy)


def address(name: str, value: str) -> None:
    """Refuse what is no URL with its scheme, in 2,048 bytes."""
    required(name, value.strip())
    within(name, value, URL)
    if not ADDRESS.match(value):
        remedy = "Begin it with https://."
        raise ContentError(f"The field {name} is no web address.", code="invalid", field=name, remedy=remedy)


def too_long(name: str, length: str, limit: str) -> ContentError:
    """The error that says by how much."""
    words = f"The field {name} has {length}; the limit is {limit}."
    remedy = "Shorten it; a Chinese character is 3 bytes." if "bytes" in limit else "Shorten it."
    return ContentError(words, code="too_long", field=name, remedy=remedy)
