"""The five cards (template_card). None is shown in the WeChat plugin (微信插件).

Sources: https://developer.work.weixin.qq.com/document/path/90236, and 94888 for cards that replace one.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from wecom import bounds
from wecom.bounds import clean, missing
from wecom.contents.base import Link, Translated, lines, linked
from wecom.contents.card_inputs import Button, Checkbox, Selector, Submit
from wecom.contents.card_parts import Emphasis, Jump, Menu, Paragraph, Picture, PictureWithText, Quote, Row, Source
from wecom.exceptions import ContentError

TITLE, DESCRIPTION, TEXT = 72, 88, 320  # columns: the platform's 36, 44 and 160 Chinese characters
VOTE_TITLE = 32
BUTTONS, ROWS, JUMPS, PARAGRAPHS, LISTS = 6, 6, 3, 4, 3
TASK_ID = re.compile(r"[0-9A-Za-z_-]{1,120}")  # the platform's 128 and its "@" leave room for "@7" on a card sent again


def new_task_id() -> str:
    """A name that no card had before."""
    return secrets.token_hex(16)


class Part(Protocol):
    """A part of a card."""

    def check(self, at: str) -> None:
        """Raise `ContentError` for what the platform would cut or refuse; `at` is the path before its fields."""

    def payload(self) -> dict[str, object]:
        """The part in the request."""


@dataclass(frozen=True, kw_only=True)
class Card(Translated):
    """What all cards have. `task_id` names one for good, and comes back with a click.

    It is 1 to 120 letters, digits, "-" and "_", never used before in this application; without one a card gets a
    random name.
    """

    msgtype: ClassVar[str] = "template_card"
    card_type: ClassVar[str]
    can_be_greyed: ClassVar[bool] = False  # has buttons that a text can stand in the place of
    task_id: str = field(default_factory=new_task_id)
    source: Source | None = None

    def payload(self, media_id: str = "") -> dict[str, object]:
        return {"card_type": self.card_type, "task_id": self.task_id, **self.fields()}

    def replacement(self, greyed: str = "") -> dict[str, object]:
        """The card in place of another; with `greyed`, that stands in the place of its buttons."""
        if greyed and not self.can_be_greyed:
            words, remedy = f"A card of type {self.card_type} has no buttons to replace.", "Leave the text out."
            raise ContentError(words, code="invalid", field="replace_text", remedy=remedy)
        return {"card_type": self.card_type, **self.fields(), **({"replace_text": clean(greyed)} if greyed else {})}

    def fields(self) -> dict[str, object]:
        """The parts, by the platform's names."""
        return {**_payload("source", self.source)}

    def words(self) -> str:
        told = (getattr(self, name, "") for name in ("title", "description", "text"))
        return lines(*told)

    def _check_task_id(self) -> None:
        if not TASK_ID.fullmatch(self.task_id):
            words = "The field task_id is no name for a card."
            remedy = "Use 1 to 120 letters, digits, hyphens and underscores."
            raise ContentError(words, code="invalid", field="task_id", remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class NoticeCard(Card):
    """What the two notices have: `link` is where a press on the card leads."""

    title: str = ""
    description: str = ""
    link: Link | None = None
    quote: Quote | None = None
    rows: tuple[Row, ...] = ()
    jumps: tuple[Jump, ...] = ()
    menu: Menu | None = None

    def __post_init__(self) -> None:
        self._check_task_id()
        _check_titles(self.title, self.description, title_required=False)
        _check({"source": self.source, "action_menu": self.menu, "quote_area": self.quote})
        _check_list("horizontal_content_list", self.rows, ROWS)
        _check_list("jump_list", self.jumps, JUMPS)
        if self.link is None:
            raise missing("card_action", "Say where a press on the card leads: Web(url=…) or MiniProgram(app_id=…).")
        self.link.check("card_action.")

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **_payload("action_menu", self.menu),
            **_titles(self.title, self.description),
            **_payload("quote_area", self.quote),
            **_payloads("horizontal_content_list", self.rows),
            **_payloads("jump_list", self.jumps),
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
        bounds.narrow("sub_title_text", self.text, TEXT)
        _check({"emphasis_content": self.emphasis})

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **_words("sub_title_text", self.text),
            **_payload("emphasis_content", self.emphasis),
        }


@dataclass(frozen=True, kw_only=True)
class NewsNoticeCard(NoticeCard):
    """A notice with a picture: `picture` across the card, or `beside` its words, or both; up to 4 paragraphs."""

    card_type: ClassVar[str] = "news_notice"
    picture: Picture | None = None
    beside: PictureWithText | None = None
    paragraphs: tuple[Paragraph, ...] = ()

    def __post_init__(self) -> None:
        bounds.required("main_title.title", self.title.strip())
        super().__post_init__()
        if self.picture is None and self.beside is None:
            raise missing("card_image", "Give the card a picture, or one with text beside it.")
        _check({"card_image": self.picture, "image_text_area": self.beside})
        _check_list("vertical_content_list", self.paragraphs, PARAGRAPHS)

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **_payload("card_image", self.picture),
            **_payload("image_text_area", self.beside),
            **_payloads("vertical_content_list", self.paragraphs),
        }


@dataclass(frozen=True, kw_only=True)
class ButtonCard(Card):
    """A card with 1 to 6 buttons: title of up to 36 Chinese characters or 72 letters, text 160 or 320, may be empty."""

    card_type: ClassVar[str] = "button_interaction"
    can_be_greyed: ClassVar[bool] = True
    title: str
    buttons: tuple[Button, ...]
    description: str = ""
    text: str = ""
    link: Link | None = None
    quote: Quote | None = None
    rows: tuple[Row, ...] = ()
    menu: Menu | None = None
    selector: Selector | None = None

    def __post_init__(self) -> None:
        self._check_task_id()
        _check_titles(self.title, self.description)
        bounds.narrow("sub_title_text", self.text, TEXT)
        parts = {"source": self.source, "action_menu": self.menu, "quote_area": self.quote}
        _check({**parts, "button_selection": self.selector, "card_action": self.link})
        _check_list("horizontal_content_list", self.rows, ROWS)
        _check_list("button_list", self.buttons, BUTTONS, least=1)
        keys = [(f"button_list[{number}].key", one.key) for number, one in enumerate(self.buttons) if not one.url]
        bounds.distinct(keys)

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **_payload("action_menu", self.menu),
            **_titles(self.title, self.description),
            **_payload("quote_area", self.quote),
            **_words("sub_title_text", self.text),
            **_payloads("horizontal_content_list", self.rows),
            **({"card_action": linked(self.link)} if self.link else {}),
            **_payload("button_selection", self.selector),
            "button_list": [button.payload() for button in self.buttons],
        }


@dataclass(frozen=True, kw_only=True)
class VoteCard(Card):
    """A vote: title of up to 16 Chinese characters, description 160, choices to mark and a button to send them."""

    card_type: ClassVar[str] = "vote_interaction"
    can_be_greyed: ClassVar[bool] = True
    title: str
    checkbox: Checkbox
    submit: Submit
    description: str = ""

    def __post_init__(self) -> None:
        self._check_task_id()
        _check_titles(self.title, self.description, title_width=VOTE_TITLE, description_width=TEXT)
        _check_plain_source(self.source)
        _check({"checkbox": self.checkbox, "submit_button": self.submit})

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **_titles(self.title, self.description),
            "checkbox": self.checkbox.payload(),
            "submit_button": self.submit.payload(),
        }


@dataclass(frozen=True, kw_only=True)
class MultipleCard(Card):
    """A form of 1 to 3 lists: title of up to 36 Chinese characters, description 160, and a button to send it."""

    card_type: ClassVar[str] = "multiple_interaction"
    can_be_greyed: ClassVar[bool] = True
    title: str
    selectors: tuple[Selector, ...]
    submit: Submit
    description: str = ""

    def __post_init__(self) -> None:
        self._check_task_id()
        _check_titles(self.title, self.description, description_width=TEXT)
        _check_plain_source(self.source)
        _check_list("select_list", self.selectors, LISTS, least=1)
        bounds.distinct((f"select_list[{number}].question_key", one.key) for number, one in enumerate(self.selectors))
        _check({"submit_button": self.submit})

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **_titles(self.title, self.description),
            "select_list": [selector.payload() for selector in self.selectors],
            "submit_button": self.submit.payload(),
        }


def _check(parts: dict[str, Part | None]) -> None:
    for name, part in parts.items():
        if part is not None:
            part.check(f"{name}.")


def _check_list(name: str, parts: Sequence[Part], most: int, *, least: int = 0) -> None:
    bounds.counted(name, len(parts), most, least=least)
    for number, part in enumerate(parts):
        part.check(f"{name}[{number}].")


def _check_titles(
    title: str,
    description: str,
    *,
    title_required: bool = True,
    title_width: int = TITLE,
    description_width: int = DESCRIPTION,
) -> None:
    if title_required:
        bounds.required("main_title.title", title.strip())
    bounds.narrow("main_title.title", title, title_width)
    bounds.narrow("main_title.desc", description, description_width)


def _check_plain_source(source: Source | None) -> None:
    """Of these cards the platform knows no colours."""
    _check({"source": source})
    if source is not None and source.colour:
        remedy = "Leave the colour out: votes and forms have none."
        raise ContentError(
            "The field source.desc_color is not known here.", code="invalid", field="source.desc_color", remedy=remedy
        )


def _titles(title: str, description: str) -> dict[str, object]:
    words = {"title": clean(title), "desc": clean(description)}
    shown = {name: value for name, value in words.items() if value.strip()}
    return {"main_title": shown} if shown else {}


def _words(name: str, text: str) -> dict[str, object]:
    return {name: clean(text)} if text.strip() else {}


def _payload(name: str, part: Part | None) -> dict[str, object]:
    return {name: part.payload()} if part is not None else {}


def _payloads(name: str, parts: Sequence[Part]) -> dict[str, object]:
    return {name: [part.payload() for part in parts]} if parts else {}
