"""The end of an optional message on a topic: a line that leads members to their choices.

Texts end with it. Cards have it where their kind shows words, notices as a link at the foot. An image or a file has no
place for words: members who had no message with the line on this topic yet get it as a text beside.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from conversations import services as conversations
from wecom import contents
from wecom.exceptions import ContentError

JUMPS, ARTICLES = 3, 8
PLACES: Mapping[type[contents.Content], str] = {
    contents.TextCard: "description",
    contents.TextNoticeCard: "text",
    contents.NewsNoticeCard: "description",
    contents.ButtonCard: "text",
    contents.VoteCard: "description",
    contents.MultipleCard: "description",
}
"""The words of a card that the line follows."""


def way_out(language: str) -> dict[str, str]:
    """The line, and the title of a link, as parts of the words of a campaign."""
    with translation.override(language):
        return {"way_out": _("Send “settings” to choose what you get."), "way_out_link": _("Message settings")}


def with_way_out(text: str, words: Mapping[str, Any]) -> str:
    """A text with its last line, if the campaign has one."""
    line = words.get("way_out", "")
    return f"{text.rstrip()}\n\n{line}" if line else text


def on_card(card: Any, words: Mapping[str, Any]) -> Any:
    """A card with the line or the link, if the campaign has one; None if there is no room for it."""
    line, title = words.get("way_out", ""), words.get("way_out_link", "")
    if not line:
        return card
    page = conversations.preferences_page()
    try:
        if isinstance(card, contents.News):
            return _on_news(card, line, title, page)
        is_notice = isinstance(card, contents.TextNoticeCard | contents.NewsNoticeCard)
        if is_notice and page and len(card.jumps) < JUMPS:
            jump = contents.Jump(title=title, link=contents.Web(url=page))
            return dataclasses.replace(card, jumps=(*card.jumps, jump))
        return _after(card, PLACES.get(type(card), ""), line)
    except ContentError:
        return None


def _on_news(card: contents.News, line: str, title: str, page: str) -> contents.Content:
    """Of several articles phones show the titles alone, so that the link is one more of them."""
    first, *others = card.articles
    if others and page and len(card.articles) < ARTICLES:
        return dataclasses.replace(card, articles=(*card.articles, contents.Article(title=title, url=page)))
    return dataclasses.replace(card, articles=(_after(first, "description", line), *others))


def _after(value: Any, name: str, line: str) -> Any:
    """The value with the line below its words; one that has no such words stays as it is."""
    if not name:
        return value
    text = getattr(value, name).rstrip()
    return dataclasses.replace(value, **{name: f"{text}\n{line}" if text else line})
