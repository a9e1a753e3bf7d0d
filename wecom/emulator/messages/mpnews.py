"""Articles that the platform hosts (mpnews), as `message/send` checks them. Knows values only, no rows.

Source: https://developer.work.weixin.qq.com/document/path/90236.
"""

from typing import Any

from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.messages.fields import cut, text_field

MOST_ARTICLES, TITLE, AUTHOR, DIGEST, CONTENT = 8, 128, 64, 512, 666 * 1024  # all but the first in bytes


def check_articles(part: dict[str, Any]) -> list[dict[str, str]]:
    """The articles as a chat shows them, but for their pictures."""
    articles = part.get("articles")
    if not isinstance(articles, list) or not articles:
        raise ApiError(40058, "missing articles")
    if len(articles) > MOST_ARTICLES:
        raise ApiError(45008)
    return [_check_article(article) for article in articles]


def _check_article(article: object) -> dict[str, str]:
    if not isinstance(article, dict):
        raise ApiError(40058, "an article is not an object")
    content = text_field(article, "content", required=True)
    if len(content.encode()) > CONTENT:
        raise ApiError(45002, "content is too long")
    if not article.get("thumb_media_id"):
        raise ApiError(40007, "missing thumb_media_id")
    return {
        "title": cut(text_field(article, "title", required=True), TITLE),
        "thumb_media_id": text_field(article, "thumb_media_id"),
        "author": cut(text_field(article, "author"), AUTHOR),
        "content_source_url": text_field(article, "content_source_url"),
        "content": content,
        "digest": cut(text_field(article, "digest"), DIGEST),
    }
