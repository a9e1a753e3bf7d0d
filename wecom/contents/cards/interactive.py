"""Cards that ask something: by buttons, a vote or a form. None of any kind is shown in the WeChat plugin (微信插件).

Sources: https://developer.work.weixin.qq.com/document/path/90236, and 94888 for cards that replace one.
"""

from dataclasses import dataclass
from typing import ClassVar

from wecom.contents import content_validation
from wecom.contents.base import Link, linked
from wecom.contents.cards import base
from wecom.contents.cards.inputs import Button, Checkbox, Selector, Submit
from wecom.contents.cards.parts import Menu, Quote, Row


@dataclass(frozen=True, kw_only=True)
class ButtonCard(base.Card):
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
        base.check_titles(self.title, self.description)
        content_validation.narrow("sub_title_text", self.text, base.TEXT)
        parts = {"source": self.source, "action_menu": self.menu, "quote_area": self.quote}
        base.check({**parts, "button_selection": self.selector, "card_action": self.link})
        base.check_list("horizontal_content_list", self.rows, base.ROWS)
        base.check_list("button_list", self.buttons, base.BUTTONS, least=1)
        keys = [
            (f"button_list[{number}].key", button.key) for number, button in enumerate(self.buttons) if not button.url
        ]
        content_validation.distinct(keys)

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **base.payload("action_menu", self.menu),
            **base.titles(self.title, self.description),
            **base.payload("quote_area", self.quote),
            **base.words("sub_title_text", self.text),
            **base.payloads("horizontal_content_list", self.rows),
            **({"card_action": linked(self.link)} if self.link else {}),
            **base.payload("button_selection", self.selector),
            "button_list": [button.payload() for button in self.buttons],
        }


@dataclass(frozen=True, kw_only=True)
class VoteCard(base.Card):
    """A vote: title of up to 16 Chinese characters, description 160, choices to mark and a button to send them."""

    card_type: ClassVar[str] = "vote_interaction"
    can_be_greyed: ClassVar[bool] = True
    title: str
    checkbox: Checkbox
    submit: Submit
    description: str = ""

    def __post_init__(self) -> None:
        self._check_task_id()
        base.check_titles(self.title, self.description, title_width=base.VOTE_TITLE, description_width=base.TEXT)
        base.check_plain_source(self.source)
        base.check({"checkbox": self.checkbox, "submit_button": self.submit})

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **base.titles(self.title, self.description),
            "checkbox": self.checkbox.payload(),
            "submit_button": self.submit.payload(),
        }


@dataclass(frozen=True, kw_only=True)
class MultipleCard(base.Card):
    """A form of 1 to 3 lists: title of up to 36 Chinese characters, description 160, and a button to send it."""

    card_type: ClassVar[str] = "multiple_interaction"
    can_be_greyed: ClassVar[bool] = True
    title: str
    selectors: tuple[Selector, ...]
    submit: Submit
    description: str = ""

    def __post_init__(self) -> None:
        self._check_task_id()
        base.check_titles(self.title, self.description, description_width=base.TEXT)
        base.check_plain_source(self.source)
        base.check_list("select_list", self.selectors, base.LISTS, least=1)
        content_validation.distinct(
            (f"select_list[{number}].question_key", selector.key) for number, selector in enumerate(self.selectors)
        )
        base.check({"submit_button": self.submit})

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **base.titles(self.title, self.description),
            "select_list": [selector.payload() for selector in self.selectors],
            "submit_button": self.submit.payload(),
        }
