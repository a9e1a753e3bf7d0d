"""The content of a message, checked and cut per type as `message/send` does. Knows values only, no rows.

Source: https://developer.work.weixin.qq.com/document/path/90236.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.messages import cards, miniprogram_notices, mpnews
from wecom.emulator.messages.fields import cut
from wecom.emulator.platform_quirks import Rules

TITLE, DESCRIPTION, URL, BUTTON = 128, 512, 2048, 4  # bytes; the button's are characters
MOST_ARTICLES, PAGE_PATH = 8, 128  # the path is of a mini-program, in bytes
SAFE_TYPES = {"text", "image", "video", "file", "mpnews"}


@dataclass(frozen=True, kw_only=True)
class Content:
    """A content that passed. `fields` are the parts that a chat shows, but for the file of `media_id`.

    `answers_back`: members can press a button that sends the application an event. `safe` is 1 or 2 for a confidential
    message. With `translate`, IDs in it become names.
    """

    msgtype: str
    fields: dict[str, Any]
    media_id: str | None = None
    answers_back: bool = False
    safe: int = 0
    translate: bool = False


def check(body: dict[str, Any], rules: Rules) -> Content:
    """The content of a `message/send` body. Raises `ApiError` 40008 for an unknown type, others for invalid fields."""
    msgtype = body.get("msgtype")
    check_part = CHECKS.get(msgtype) if isinstance(msgtype, str) else None
    if not isinstance(msgtype, str) or check_part is None:
        raise ApiError(40008)
    part = body.get(msgtype)
    if not isinstance(part, dict):
        raise ApiError(40058, f"{msgtype} is missing")
    safe = _flag(body, "safe", most=2 if msgtype == "mpnews" else 1)
    if safe and msgtype == "news":
        raise ApiError(40074)
    translate = bool(_flag(body, "enable_id_trans", most=1))
    return replace(check_part(msgtype, part, rules), safe=safe if msgtype in SAFE_TYPES else 0, translate=translate)


def _flag(body: dict[str, Any], field: str, *, most: int) -> int:
    value = body.get(field)
    if value is None or value == "":
        return 0
    if isinstance(value, bool) or not str(value).isdecimal() or int(str(value)) > most:
        raise ApiError(40058, f"invalid {field}")
    return int(str(value))


def _string(part: dict[str, Any], field: str, *, required: bool = True) -> str:
    value = part.get(field, "")
    if not isinstance(value, str):
        raise ApiError(40058, f"{field} is not a string")
    if required and not value:
        raise ApiError(40058, f"missing {field}")
    return value


def _url(part: dict[str, Any], field: str = "url") -> str:
    value = _string(part, field)
    if len(value.encode()) > URL:
        raise ApiError(40058, f"{field} exceed max length {URL}")
    if not urlsplit(value).scheme:
        raise ApiError(40058, f"invalid {field}")
    return value


def _text(msgtype: str, part: dict[str, Any], rules: Rules) -> Content:
    content = _string(part, "content", required=False)
    if not content.strip():
        raise ApiError(44004)
    if len(content.encode()) > rules.text_most:
        raise ApiError(40058, f"text.content exceed max length {rules.text_most}")
    return Content(msgtype=msgtype, fields={"content": cut(content, rules.text_cut)})


def _markdown(msgtype: str, part: dict[str, Any], rules: Rules) -> Content:
    content = _string(part, "content", required=False)
    if not content.strip():
        raise ApiError(44004)
    if len(content.encode()) > rules.markdown_most:
        raise ApiError(40058, f"markdown.content exceed max length {rules.markdown_most}")
    return Content(msgtype=msgtype, fields={"content": content})


def _media(msgtype: str, part: dict[str, Any], _: Rules) -> Content:
    media_id = part.get("media_id")
    if not isinstance(media_id, str) or not media_id:
        raise ApiError(40007)
    fields = {}
    if msgtype == "video":
        fields["title"] = cut(_string(part, "title", required=False), TITLE)
        fields["description"] = cut(_string(part, "description", required=False), DESCRIPTION)
    return Content(msgtype=msgtype, fields=fields, media_id=media_id)


def _textcard(msgtype: str, part: dict[str, Any], rules: Rules) -> Content:
    cut_text = (lambda text, most: text[:most]) if rules.textcard_characters else cut
    fields = {
        "title": cut_text(_string(part, "title"), TITLE),
        "description": cut_text(_string(part, "description"), DESCRIPTION),
        "url": _url(part),
        "btntxt": _string(part, "btntxt", required=False)[:BUTTON] or "详情",
    }
    return Content(msgtype=msgtype, fields=fields)


def _news(msgtype: str, part: dict[str, Any], _: Rules) -> Content:
    articles = part.get("articles")
    if not isinstance(articles, list) or not articles:
        raise ApiError(40058, "missing articles")
    if len(articles) > MOST_ARTICLES:
        raise ApiError(45008)
    return Content(msgtype=msgtype, fields={"articles": [_article(article) for article in articles]})


def _article(article: object) -> dict[str, str]:
    if not isinstance(article, dict):
        raise ApiError(40058, "an article is not an object")
    mini_program = bool(article.get("appid")) and bool(article.get("pagepath"))
    if mini_program and len(_string(article, "pagepath").encode()) > PAGE_PATH:
        raise ApiError(40058, "pagepath is too long")
    target = {"appid": str(article["appid"]), "pagepath": article["pagepath"]} if mini_program else {}
    return {
        **target,
        "title": cut(_string(article, "title"), TITLE),
        "description": cut(_string(article, "description", required=False), DESCRIPTION),
        "url": "" if mini_program else _url(article),
        "picurl": _url(article, "picurl") if article.get("picurl") else "",
    }


def _template_card(msgtype: str, part: dict[str, Any], rules: Rules) -> Content:
    return Content(msgtype=msgtype, fields=cards.check(part, rules), answers_back=cards.answers_back(part))


def _mpnews(msgtype: str, part: dict[str, Any], _: Rules) -> Content:
    return Content(msgtype=msgtype, fields={"articles": mpnews.check_articles(part)})


def _miniprogram_notice(msgtype: str, part: dict[str, Any], _: Rules) -> Content:
    return Content(msgtype=msgtype, fields=miniprogram_notices.check_notice(part))


CHECKS: dict[str, Callable[[str, dict[str, Any], Rules], Content]] = {
    "text": _text,
    "markdown": _markdown,
    "image": _media,
    "voice": _media,
    "video": _media,
    "file": _media,
    "textcard": _textcard,
    "news": _news,
    "mpnews": _mpnews,
    "miniprogram_notice": _miniprogram_notice,
    "template_card": _template_card,
}
