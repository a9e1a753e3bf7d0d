"""The parts of cards that people press: buttons, choices and lists. Each is checked by its card."""

from dataclasses import dataclass

from wecom.contents import content_validation
from wecom.contents.content_validation import clean

BUTTON, CHOICE, MARK, QUESTION = 20, 32, 34, 320  # columns
KEY, OPTION_ID, URL = 1024, 128, 2048  # bytes
STYLES, CHOICES, MARKS = 4, 10, 20


@dataclass(frozen=True, kw_only=True)
class Button:
    """A button of a card: text of up to 10 Chinese characters or 20 letters, and a key of up to 1,024 bytes.

    `style` is 1 (blue) to 4, as the platform numbers them. The key comes back as the event key of the click; a button
    with a `url` opens that instead and sends no event.
    """

    text: str
    key: str = ""
    style: int = 1
    url: str = ""

    def check(self, at: str) -> None:
        content_validation.words(f"{at}text", self.text, BUTTON)
        if self.url:
            content_validation.address(f"{at}url", self.url, URL)
        else:
            content_validation.key(f"{at}key", self.key, KEY)
        content_validation.one_of(f"{at}style", self.style, "1 (blue), 2, 3 or 4", least=1, most=STYLES)

    def payload(self) -> dict[str, object]:
        """The button in the request."""
        leads: dict[str, object] = {"type": 1, "url": self.url} if self.url else {"key": self.key}
        return {"text": clean(self.text), "style": self.style, **leads}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of several: its ID, of up to 128 bytes, comes back. `chosen` marks it from the start."""

    id: str
    text: str
    chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Checkbox:
    """The choices of a vote: 1 to 20, of which people choose one, or any number with `several`."""

    key: str
    choices: tuple[Choice, ...]
    several: bool = False
    disabled: bool = False

    def check(self, at: str) -> None:
        content_validation.key(f"{at}question_key", self.key, KEY)
        _check_choices(at, self.choices, most=MARKS, width=MARK)

    def payload(self) -> dict[str, object]:
        """The choices in the request. `disabled` only means something when a card is changed."""
        options = [
            {"id": choice.id, "text": clean(choice.text), "is_checked": choice.chosen} for choice in self.choices
        ]
        box: dict[str, object] = {"question_key": self.key, "mode": int(self.several), "option_list": options}
        return {**box, **({"disable": True} if self.disabled else {})}


@dataclass(frozen=True, kw_only=True)
class Selector:
    """A list that unfolds, with 1 to 10 choices, of which people choose one."""

    key: str
    choices: tuple[Choice, ...]
    title: str = ""
    disabled: bool = False

    def check(self, at: str) -> None:
        content_validation.key(f"{at}question_key", self.key, KEY)
        content_validation.narrow(f"{at}title", self.title, QUESTION)
        _check_choices(at, self.choices, most=CHOICES, width=CHOICE)

    def payload(self) -> dict[str, object]:
        """The list in the request. `disabled` only means something when a card is changed."""
        chosen = next((choice.id for choice in self.choices if choice.chosen), "")
        options = [{"id": choice.id, "text": clean(choice.text)} for choice in self.choices]
        shown = {"title": clean(self.title), "selected_id": chosen, "disable": self.disabled}
        return {
            "question_key": self.key,
            **{name: value for name, value in shown.items() if value},
            "option_list": options,
        }


@dataclass(frozen=True, kw_only=True)
class Submit:
    """The button below choices. Its key comes back as the event key, with the chosen options."""

    text: str
    key: str

    def check(self, at: str) -> None:
        content_validation.words(f"{at}text", self.text, BUTTON)
        content_validation.key(f"{at}key", self.key, KEY)

    def payload(self) -> dict[str, object]:
        """The button in the request."""
        return {"text": clean(self.text), "key": self.key}


def _check_choices(at: str, choices: tuple[Choice, ...], *, most: int, width: int) -> None:
    content_validation.counted(f"{at}option_list", len(choices), most)
    for number, choice in enumerate(choices):
        content_validation.key(f"{at}option_list[{number}].id", choice.id, OPTION_ID)
        content_validation.words(f"{at}option_list[{number}].text", choice.text, width)
    content_validation.distinct((f"{at}option_list[{number}].id", choice.id) for number, choice in enumerate(choices))
