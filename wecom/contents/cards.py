"""Cards that ask something: by buttons, a vote or a form. None of any kind is shown in the WeChat plugin (微信插件).

Sources: https://developer.work.weixin.qq.com/document/path/90236, and 94888 for cards that replace one.
"""

from dataclasses import dataclass
from typing import ClassVar

from wecom import bounds
from wecom.contents import card_base
from wecom.contents.base import Link, linked
from wecom.contents.card_inputs import Button, Checkbox, Selector, Submit
from wecom.contents.card_parts import Menu, Quote, Row


@dataclass(frozen=True, kw_only=True)
class ButtonCard(card_base.Card):
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
        card_base.check_titles(self.title, self.description)
        bounds.narrow("sub_title_text", self.text, card_base.TEXT)
        parts = {"source": self.source, "action_menu": self.menu, "quote_area": self.quote}
        card_base.check({**parts, "button_selection": self.selector, "card_action": self.link})
        card_base.check_list("horizontal_content_list", self.rows, card_base.ROWS)
        card_base.check_list("button_list", self.buttons, card_base.BUTTONS, least=1)
        keys = [(f"button_list[{number}].key", one.key) for number, one in enumerate(self.buttons) if not one.url]
        bounds.distinct(keys)

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **card_base.payload("action_menu", self.menu),
            **card_base.titles(self.title, self.description),
            **card_base.payload("quote_area", self.quote),
            **card_base.words("sub_title_text", self.text),
            **card_base.payloads("horizontal_content_list", self.rows),
            **({"card_action": linked(self.link)} if self.link else {}),
            **card_base.payload("button_selection", self.selector),
            "button_list": [button.payload() for button in self.buttons],
        }


@dataclass(frozen=True, kw_only=True)
class VoteCard(card_base.Card):
    """A vote: title of up to 16 Chinese characters, description 160, choices to mark and a button to send them."""

    card_type: ClassVar[str] = "vote_interaction"
    can_be_greyed: ClassVar[bool] = True
    title: str
    checkbox: Checkbox
    submit: Submit
    description: str = ""

    def __post_init__(self) -> None:
        self._check_task_id()
        card_base.check_titles(
            self.title, self.description, title_width=card_base.VOTE_TITLE, description_width=card_base.TEXT
        )
        card_base.check_plain_source(self.source)
        card_base.check({"checkbox": self.checkbox, "submit_button": self.submit})

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **card_base.titles(self.title, self.description),
            "checkbox": self.checkbox.payload(),
            "submit_button": self.submit.payload(),
        }


@dataclass(frozen=True, kw_only=True)
class MultipleCard(card_base.Card):
    """A form of 1 to 3 lists: title of up to 36 Chinese characters, description 160, and a button to send it."""

    card_type: ClassVar[str] = "multiple_interaction"
    can_be_greyed: ClassVar[bool] = True
    title: str
    selectors: tuple[Selector, ...]
    submit: Submit
    description: str = ""

    def __post_init__(self) -> None:
        self._check_task_id()
        card_base.check_titles(self.title, self.description, description_width=card_base.TEXT)
        card_base.check_plain_source(self.source)
        card_base.check_list("select_list", self.selectors, card_base.LISTS, least=1)
        bounds.distinct((f"select_list[{number}].question_key", one.key) for number, one in enumerate(self.selectors))
        card_base.check({"submit_button": self.submit})

    def fields(self) -> dict[str, object]:
        return {
            **super().fields(),
            **card_base.titles(self.title, self.description),
            "select_list": [selector.payload() for selector in self.selectors],
            "submit_button": self.submit.payload(),
        }
