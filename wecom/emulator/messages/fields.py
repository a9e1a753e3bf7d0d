"""Text fields that several kinds of messages share. Knows values only, no rows."""

from typing import Any

from wecom.emulator.gateway.error_codes import ApiError


def cut(text: str, limit: int) -> str:
    """The longest start of the text that fits into `limit` bytes of UTF-8, without splitting a character."""
    return text.encode()[:limit].decode(errors="ignore")


def text_field(part: dict[str, Any], name: str, *, required: bool = False) -> str:
    """A text of the message. Raises `ApiError` 40058 where it is no text, or blank though required."""
    value = part.get(name, "")
    if not isinstance(value, str) or (required and not value.strip()):
        raise ApiError(40058, f"missing {name}")
    return value
