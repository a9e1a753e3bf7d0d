"""Words: plain, with a few marks, or on a card with a link."""

from dataclasses import dataclass
from typing import ClassVar

from wecom.contents import content_validation
from wecom.contents.base import Translated, lines
from wecom.contents.content_validation import DESCRIPTION, TITLE, clean
from wecom.contents.splitting import TEXT

BUTTON = 4  # characters, on a text card


@dataclass(frozen=True, kw_only=True)
class Text(Translated):
    """1 to 2,048 bytes; longer text goes through `split_text`.

    A `safe` one cannot be passed on and shows a watermark.
    """

    msgtype: ClassVar[str] = "text"
    content: str
    safe: bool = False

    def __post_init__(self) -> None:
        content_validation.required("content", clean(self.content))
        content_validation.within("content", self.content, TEXT)

    def payload(self, media_id: str = "") -> dict[str, object]:
        return {"content": clean(self.content)}

    def options(self) -> dict[str, int]:
        return {**super().options(), **({"safe": 1} if self.safe else {})}

    def words(self) -> str:
        return clean(self.content)


@dataclass(frozen=True, kw_only=True)
class Markdown:
    """Markdown of 1 to 2,048 bytes: headings, bold, links, code in a line, quotes, and three colours.

    Other Markdown goes through `wecom.contents.to_markdown`. It is not shown in the WeChat plugin (微信插件).
    """

    msgtype: ClassVar[str] = "markdown"
    content: str

    def __post_init__(self) -> None:
        content_validation.required("content", clean(self.content))
        content_validation.within("content", self.content, TEXT)

    def payload(self, media_id: str = "") -> dict[str, object]:
        return {"content": clean(self.content)}

    def options(self) -> dict[str, int]:
        return {}

    def words(self) -> str:
        return clean(self.content)


@dataclass(frozen=True, kw_only=True)
class TextCard(Translated):
    """A card with a link: title of up to 128 bytes, description 512, URL with its scheme, button 4 characters.

    The platform's pages disagree about bytes and characters: `Assumptions.text_card_unit`.
    """

    msgtype: ClassVar[str] = "textcard"
    title: str
    description: str
    url: str
    btn_text: str = ""

    def __post_init__(self) -> None:
        content_validation.counting_as_said("title", self.title, TITLE)
        content_validation.counting_as_said("description", self.description, DESCRIPTION)
        content_validation.address("url", self.url)
        if len(self.btn_text) > BUTTON:
            raise content_validation.too_long("btn_text", f"{len(self.btn_text)} characters", f"{BUTTON} characters")

    def payload(self, media_id: str = "") -> dict[str, object]:
        card: dict[str, object] = {
            "title": clean(self.title),
            "description": clean(self.description),
            "url": self.url,
        }
        return {**card, "btntxt": clean(self.btn_text)} if self.btn_text else card

    def words(self) -> str:
        return lines(self.title, self.description)
