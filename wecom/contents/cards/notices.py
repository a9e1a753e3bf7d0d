"""Cards that tell something: in words, or with a picture."""

from dataclasses import dataclass
from typing import ClassVar

from wecom.contents import content_validation
from wecom.contents.base import Link, linked
from wecom.contents.cards import base
from wecom.contents.cards.parts import Emphasis, Jump, Menu, Paragraph, Picture, PictureWithText, Quote, Row
from wecom.contents.content_validation import missing


@dataclass(frozen=True, kw_only=True)
class NoticeCard(base.Card):
    """The parts of both notices: a press on the card leads to `link`."""

    title: str = ""
    description: str = ""
    link: Link | None = None
    quote: Quote | None = None
    rows: tuple[Row, ...] = ()
    jumps: tuple[Jump, ...] = ()
    menu: Menu | None = None

    def __post_init__(self) -> None:
        self._check_task_id()
        base.check_titles(self.title, self.description, title_required=False)
        base.check({"source": self.source, "action_menu": self.menu, "quote_area": self.quote})
        base.check_list("horizontal_content_list", self.rows, base.ROWS)
        base.check_list("jump_list", self.jumps, base.JUMPS)
        if self.link is None:
            raise missing("card_action", "Say where a press on the card leads: Web(url=…) or MiniProgram(app_id=…).")
        self.link.check("card_action.")

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **base.payload("action_menu", self.menu),
            **base.titles(self.title, self.description),
            **base.payload("quote_area", self.quote),
            **base.payloads("horizontal_content_list", self.rows),
            **base.payloads("jump_list", self.jumps),
            "card_action": linked(self.link),
        }


@dataclass(frozen=True, kw_only=True)
class TextNoticeCard(NoticeCard):
    """A notice in words: title of up to 36 Chinese characters, description 44, text 160, of which one must be there."""

    card_type: ClassVar[str] = "text_notice"
    text: str = ""
    emphasis: Emphasis | None = None

    def __post_init__(self) -> None:
        if not self.title.strip() and not self.text.strip():
            raise missing("main_title.title", "Give the card a title or a text.")
        super().__post_init__()
        content_validation.narrow("sub_title_text", self.text, base.TEXT)
        base.check({"emphasis_content": self.emphasis})

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **base.words("sub_title_text", self.text),
            **base.payload("emphasis_content", self.emphasis),
        }


@dataclass(frozen=True, kw_only=True)
class NewsNoticeCard(NoticeCard):
    """A notice with a picture: `picture` across the card, or `beside` its words, or both; up to 4 paragraphs."""

    card_type: ClassVar[str] = "news_notice"
    picture: Picture | None = None
    beside: PictureWithText | None = None
    paragraphs: tuple[Paragraph, ...] = ()

    def __post_init__(self) -> None:
        content_validation.required("main_title.title", self.title.strip())
        super().__post_init__()
        if self.picture is None and self.beside is None:
            raise missing("card_image", "Give the card a picture, or one with text beside it.")
        base.check({"card_image": self.picture, "image_text_area": self.beside})
        base.check_list("vertical_content_list", self.paragraphs, base.PARAGRAPHS)

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **base.payload("card_image", self.picture),
            **base.payload("image_text_area", self.beside),
            **base.payloads("vertical_content_list", self.paragraphs),
        }
