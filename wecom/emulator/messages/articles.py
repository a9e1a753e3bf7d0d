"""Pages that the platform keeps (mpnews), and notices of mini-programs, as `message/send` checks them.

Source: https://developer.work.weixin.qq.com/document/path/90236. Knows values only, no rows.
"""

import re
from typing import Any

from wecom.emulator.gateway.error_codes import ApiError

ARTICLES, TITLE, AUTHOR, DIGEST, HTML = 8, 128, 64, 512, 666 * 1024
ITEMS, PAGE = 10, 1024
APP_ID = re.compile(r"wx[0-9A-Za-z]{16}")


def mpnews(part: dict[str, Any]) -> list[dict[str, str]]:
    """The articles as a chat shows them; their pictures are still to be looked up."""
    articles = part.get("articles")
    if not isinstance(articles, list) or not articles:
        raise ApiError(40058, "missing articles")
    if len(articles) > ARTICLES:
        raise ApiError(45008)
    return [_page(article) for article in articles]


def _page(article: object) -> dict[str, str]:
    if not isinstance(article, dict):
        raise ApiError(40058, "an article is not an object")
    content = _text(article, "content", required=True)
    if len(content.encode()) > HTML:
        raise ApiError(45002, "content is too long")
    if not article.get("thumb_media_id"):
        raise ApiError(40007, "missing thumb_media_id")
    return {
        "title": _cut(_text(article, "title", required=True), TITLE),
        "thumb_media_id": _text(article, "thumb_media_id"),
        "author": _cut(_text(article, "author"), AUTHOR),
        "content_source_url": _text(article, "content_source_url"),
        "content": content,
        "digest": _cut(_text(article, "digest"), DIGEST),
    }


def notice(part: dict[str, Any]) -> dict[str, Any]:
    """The notice as a chat shows it."""
    app_id = _text(part, "appid")
    if not app_id:
        raise ApiError(90200)
    if not APP_ID.fullmatch(app_id):
        raise ApiError(90207)
    if not isinstance(part.get("page", ""), str) or len(part.get("page", "").encode()) > PAGE:
        raise ApiError(90204)
    title, description = _text(part, "title"), _text(part, "description")
    for name, value in (("title", title), ("description", description)):
        if (value or name == "title") and not 4 * 2 <= _width(value) <= 12 * 2:
            raise ApiError(40058, f"{name} must between 4 and 12")
    if not isinstance(part.get("emphasis_first_item", False), bool):
        raise ApiError(40058, "invalid emphasis_first_item")
    items = part.get("content_item") or []
    if not isinstance(items, list) or len(items) > ITEMS:
        raise ApiError(90201)
    shown = {"appid": app_id, "page": part.get("page", ""), "title": title, "description": description}
    emphasis = part.get("emphasis_first_item", False)
    return {**shown, "emphasis_first_item": emphasis, "content_item": [_item(one) for one in items]}


def _item(one: object) -> dict[str, str]:
    if not isinstance(one, dict):
        raise ApiError(40058, "an item is not an object")
    for name, most, errcode in (("key", 10, 90202), ("value", 30, 90203)):
        value = one.get(name)
        if not isinstance(value, str) or not 1 <= _width(value) <= most * 2:
            raise ApiError(errcode)
    return {"key": one["key"], "value": one["value"]}


def _width(text: str) -> int:
    """In halves of a Chinese character, as GBK counts bytes."""
    return len(text.encode("gbk", "replace"))


def _text(part: dict[str, Any], name: str, *, required: bool = False) -> str:
    value = part.get(name, "")
    if not isinstance(value, str) or (required and not value.strip()):
        raise ApiError(40058, f"missing {name}")
    return value


def _cut(text: str, limit: int) -> str:
    return text.encode()[:limit].decode(errors="ignore")
