"""Notices of mini-programs, as `message/send` checks them. Knows values only, no rows.

Source: https://developer.work.weixin.qq.com/document/path/90236.
"""

import re
from typing import Any

from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.messages.fields import text_field

MOST_ITEMS, LONGEST_PAGE = 10, 1024  # the page in bytes
SHORTEST_TITLE, LONGEST_TITLE, LONGEST_KEY, LONGEST_VALUE = 4, 12, 10, 30  # Chinese characters
APP_ID = re.compile(r"wx[0-9A-Za-z]{16}")


def check_notice(part: dict[str, Any]) -> dict[str, Any]:
    """The notice as a chat shows it."""
    app_id = text_field(part, "appid")
    if not app_id:
        raise ApiError(90200)
    if not APP_ID.fullmatch(app_id):
        raise ApiError(90207)
    page = part.get("page", "")
    if not isinstance(page, str) or len(page.encode()) > LONGEST_PAGE:
        raise ApiError(90204)
    title, description = text_field(part, "title"), text_field(part, "description")
    for name, value in (("title", title), ("description", description)):
        if (value or name == "title") and not SHORTEST_TITLE <= _width(value) <= LONGEST_TITLE:
            raise ApiError(40058, f"{name} must between 4 and 12")
    emphasis = part.get("emphasis_first_item", False)
    if not isinstance(emphasis, bool):
        raise ApiError(40058, "invalid emphasis_first_item")
    items = part.get("content_item") or []
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise ApiError(90201)
    return {
        "appid": app_id,
        "page": page,
        "title": title,
        "description": description,
        "emphasis_first_item": emphasis,
        "content_item": [_check_item(item) for item in items],
    }


def _check_item(item: object) -> dict[str, str]:
    if not isinstance(item, dict):
        raise ApiError(40058, "an item is not an object")
    for name, most, errcode in (("key", LONGEST_KEY, 90202), ("value", LONGEST_VALUE, 90203)):
        value = item.get(name)
        if not isinstance(value, str) or not value or _width(value) > most:
            raise ApiError(errcode)
    return {"key": item["key"], "value": item["value"]}


def _width(text: str) -> float:
    """In Chinese characters; others are half as wide, as GBK counts them."""
    return len(text.encode("gbk", "replace")) / 2
