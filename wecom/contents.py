"""What goes out by message/send: one value per type, checked against the platform's limits.

Source: https://developer.work.weixin.qq.com/document/path/90236. The platform counts bytes of UTF-8 and cuts what is
longer without a word, so lengths are checked here. Knows no framework.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Protocol

from wecom.bounds import (
    DESCRIPTION,
    INVISIBLE,
    TITLE,
    address,
    clean,
    counted,
    narrow,
    required,
    too_long,
    within,
)
from wecom.exceptions import ContentError
from wecom.splitting import TEXT, split_text, truncate

__all__ = [
    "Article",
    "Button",
    "ButtonCard",
    "Content",
    "File",
    "Image",
    "Markdown",
    "Media",
    "News",
    "Text",
    "TextCard",
    "Video",
    "Voice",
    "split_text",
    "truncate",
]


BUTTON = 4  # characters, on a text card
CARD_TITLE, CARD_TEXT, CARD_BUTTON = 72, 320, 20  # columns: the platform's 36, 160 and 10 Chinese characters
CARD_BUTTONS, CARD_KEY, STYLES = 6, 1024, 4
ARTICLES = 8
TASK_ID = re.compile(r"[0-9A-Za-z_-]{1,120}")  # the platform's 128 and its "@" leave room for "@7" on a card sent again


class Content(Protocol):
    """A message of one type."""

    msgtype: ClassVar[str]

    def payload(self, media_id: str = "") -> dict[str, object]:
        """The type's object of the request. `media_id` replaces the value's own, which is "" until it is uploaded."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """1 to 2,048 bytes; longer text goes through `split_text`. Invisible characters at its end are dropped."""

    msgtype: ClassVar[str] = "text"
    content: str

    def __post_init__(self) -> None:
        required("content", self.content.rstrip(INVISIBLE))
        within("content", self.content, TEXT)

    def payload(self, media_id: str = "") -> dict[str, object]:
        return {"content": clean(self.content)}


@dataclass(frozen=True, kw_only=True)
class Media:
    """A file that was uploaded, or will be: `media_id` is "" until then."""

    msgtype: ClassVar[str]
    media_id: str = ""

    def payload(self, media_id: str = "") -> dict[str, object]:
        return {"media_id": media_id or self.media_id}


@dataclass(frozen=True, kw_only=True)
class Image(Media):
    """A picture (JPG or PNG, up to 10 MB)."""

    msgtype: ClassVar[str] = "image"


@dataclass(frozen=True, kw_only=True)
class Voice(Media):
    """A recording (AMR, up to 2 MB and 60 s)."""

    msgtype: ClassVar[str] = "voice"


@dataclass(frozen=True, kw_only=True)
class File(Media):
    """Any file of up to 20 MB."""

    msgtype: ClassVar[str] = "file"


@dataclass(frozen=True, kw_only=True)
class Video(Media):
    """An MP4 of up to 10 MB, with a title of up to 128 and a description of up to 512 bytes."""

    msgtype: ClassVar[str] = "video"
    title: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        within("title", self.title, TITLE)
        within("description", self.description, DESCRIPTION)

    def payload(self, media_id: str = "") -> dict[str, object]:
        words = {"title": clean(self.title), "description": clean(self.description)}
        return {**super().payload(media_id), **words}


@dataclass(frozen=True, kw_only=True)
class TextCard:
    """A card with a link: title of up to 128 bytes, description 512, URL with its scheme, button 4 characters."""

    msgtype: ClassVar[str] = "textcard"
    title: str
    description: str
    url: str
    btn_text: str = ""

    def __post_init__(self) -> None:
        for name, value, limit in (
            ("title", self.title, TITLE),
            ("description", self.description, DESCRIPTION),
        ):
            required(name, value.strip())
            within(name, value, limit)
        address("url", self.url)
        if len(self.btn_text) > BUTTON:
            raise too_long("btn_text", f"{len(self.btn_text)} characters", f"{BUTTON} characters")

    def payload(self, media_id: str = "") -> dict[str, object]:
        card: dict[str, object] = {
            "title": clean(self.title),
            "description": clean(self.description),
            "url": self.url,
        }
        return {**card, "btntxt": clean(self.btn_text)} if self.btn_text else card


@dataclass(frozen=True, kw_only=True)
class Markdown:
    """Markdown of 1 to 2,048 bytes: headings, bold, links, code in a line, quotes, and three colours."""

    msgtype: ClassVar[str] = "markdown"
    content: str

    def __post_init__(self) -> None:
        required("content", self.content.rstrip(INVISIBLE))
        within("content", self.content, TEXT)

    def payload(self, media_id: str = "") -> dict[str, object]:
        return {"content": clean(self.content)}


@dataclass(frozen=True, kw_only=True)
class Article:
    """A headline with a link: title of up to 128 bytes, description 512, URLs with their scheme, picture JPG or PNG."""

    title: str
    url: str
    description: str = ""
    picture_url: str = ""

    def __post_init__(self) -> None:
        required("article.title", self.title.strip())
        within("article.title", self.title, TITLE)
        within("article.description", self.description, DESCRIPTION)
        address("article.url", self.url)
        if self.picture_url:
            address("article.picture_url", self.picture_url)

    def payload(self) -> dict[str, object]:
        """The article in the request."""
        words = {"title": clean(self.title), "description": clean(self.description)}
        return {**words, "url": self.url, "picurl": self.picture_url}


@dataclass(frozen=True, kw_only=True)
class News:
    """1 to 8 articles, the first of them large."""

    msgtype: ClassVar[str] = "news"
    articles: tuple[Article, ...]

    def __post_init__(self) -> None:
        counted("articles", len(self.articles), ARTICLES)

    def payload(self, media_id: str = "") -> dict[str, object]:
        return {"articles": [article.payload() for article in self.articles]}


@dataclass(frozen=True, kw_only=True)
class Button:
    """A button of a card: text of up to 10 Chinese characters or 20 letters, key of up to 1,024 bytes.

    `style` is 1 (blue) to 4, as the platform numbers them. The key comes back as the event key of the click.
    """

    key: str
    text: str
    style: int = 1

    def __post_init__(self) -> None:
        required("button.text", self.text.strip())
        narrow("button.text", self.text, CARD_BUTTON)
        required("button.key", self.key.strip())
        within("button.key", self.key, CARD_KEY)
        if not 1 <= self.style <= STYLES:
            words, remedy = f"The field button.style is {self.style}.", "Choose 1 (blue), 2, 3 or 4."
            raise ContentError(words, code="invalid", field="button.style", remedy=remedy)

    def payload(self) -> dict[str, object]:
        """The button in the request."""
        return {"text": clean(self.text), "style": self.style, "key": self.key}


@dataclass(frozen=True, kw_only=True)
class ButtonCard:
    """A card with 1 to 6 buttons: title of up to 36 Chinese characters or 72 letters, text 160 or 320, may be empty.

    `task_id` names the card for good: 1 to 120 letters, digits, "-" and "_", never used before in this application.
    The click brings it back. Cards are not shown in the WeChat plugin (微信插件).
    """

    msgtype: ClassVar[str] = "template_card"
    title: str
    buttons: tuple[Button, ...]
    task_id: str
    text: str = ""

    def __post_init__(self) -> None:
        required("title", self.title.strip())
        narrow("title", self.title, CARD_TITLE)
        narrow("text", self.text, CARD_TEXT)
        counted("buttons", len(self.buttons), CARD_BUTTONS)
        if len({button.key for button in self.buttons}) < len(self.buttons):
            words, remedy = "Two buttons have the same key.", "Give each button a key of its own."
            raise ContentError(words, code="repeated", field="buttons", remedy=remedy)
        if not TASK_ID.fullmatch(self.task_id):
            words = "The field task_id is no name for a card."
            remedy = "Use 1 to 120 letters, digits, hyphens and underscores."
            raise ContentError(words, code="invalid", field="task_id", remedy=remedy)

    def payload(self, media_id: str = "") -> dict[str, object]:
        card: dict[str, object] = {
            "card_type": "button_interaction",
            "main_title": {"title": clean(self.title)},
            "task_id": self.task_id,
            "button_list": [button.payload() for button in self.buttons],
        }
        return {**card, "sub_title_text": clean(self.text)} if self.text.strip() else card
