"""The parts of cards that are only shown, or lead somewhere. Each is checked by its card, which knows its path.

Widths are the platform's numbers of Chinese characters, each as wide as two letters: a phone cuts wider texts.
"""

from dataclasses import dataclass

from wecom import platform_quirks
from wecom.contents import content_validation
from wecom.contents.base import Link, Web, linked
from wecom.contents.content_validation import clean, missing
from wecom.exceptions import ContentError

SOURCE, BIG, BIG_TEXT, QUOTE, NAME, VALUE, JUMP, PARAGRAPH, TEXT = 40, 28, 44, 320, 10, 60, 36, 76, 320  # columns
MENU_KEY = 1024  # bytes
COLOURS = "0 (grey), 1 (black), 2 (red) or 3 (green)"
WIDEST, TALLEST = 2.25, 1.3


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a card comes from, in small above its title. `colour` is 0 grey, 1 black, 2 red, 3 green."""

    text: str = ""
    icon_url: str = ""
    colour: int = 0

    def check(self, at: str) -> None:
        content_validation.narrow(f"{at}desc", self.text, SOURCE)
        content_validation.one_of(f"{at}desc_color", self.colour, COLOURS, most=3)
        if self.icon_url:
            content_validation.address(f"{at}icon_url", self.icon_url)

    def payload(self) -> dict[str, object]:
        named = {"icon_url": self.icon_url, "desc": clean(self.text), "desc_color": self.colour}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One of a card's menu: its key comes back in a `template_card_menu_event`."""

    key: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Menu:
    """The menu at the top right of a card, with 1 to 3 entries (`Assumptions.card_menu_entries`)."""

    entries: tuple[Entry, ...]
    text: str = ""

    def check(self, at: str) -> None:
        content_validation.counted(f"{at}action_list", len(self.entries), platform_quirks.current.card_menu_entries)
        for number, entry in enumerate(self.entries):
            content_validation.required(f"{at}action_list[{number}].text", entry.text.strip())
            content_validation.key(f"{at}action_list[{number}].key", entry.key, MENU_KEY)
        content_validation.distinct(
            (f"{at}action_list[{number}].key", entry.key) for number, entry in enumerate(self.entries)
        )

    def payload(self) -> dict[str, object]:
        entries = [{"text": clean(entry.text), "key": entry.key} for entry in self.entries]
        return {**({"desc": clean(self.text)} if self.text else {}), "action_list": entries}


@dataclass(frozen=True, kw_only=True)
class Quote:
    """The text that a card answers to, on grey ground."""

    text: str
    title: str = ""
    link: Link | None = None

    def check(self, at: str) -> None:
        content_validation.words(f"{at}quote_text", self.text, QUOTE)
        content_validation.narrow(f"{at}title", self.title, QUOTE)
        if self.link is not None:
            self.link.check(at)

    def payload(self) -> dict[str, object]:
        return {
            **linked(self.link),
            **({"title": clean(self.title)} if self.title else {}),
            "quote_text": clean(self.text),
        }


@dataclass(frozen=True, kw_only=True)
class Emphasis:
    """One figure, large: `title`, and its meaning below."""

    title: str
    text: str = ""

    def check(self, at: str) -> None:
        content_validation.words(f"{at}title", self.title, BIG)
        content_validation.narrow(f"{at}desc", self.text, BIG_TEXT)

    def payload(self) -> dict[str, object]:
        return {"title": clean(self.title), **({"desc": clean(self.text)} if self.text else {})}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture as wide as the card; `aspect_ratio`, width by height, lies between 1.3 and 2.25."""

    url: str
    aspect_ratio: float = TALLEST

    def check(self, at: str) -> None:
        content_validation.address(f"{at}url", self.url)
        if not TALLEST <= self.aspect_ratio < WIDEST:
            name, remedy = f"{at}aspect_ratio", f"Choose {TALLEST} or more, below {WIDEST}."
            raise ContentError(f"The field {name} is {self.aspect_ratio}.", code="invalid", field=name, remedy=remedy)

    def payload(self) -> dict[str, object]:
        return {"url": self.url, "aspect_ratio": self.aspect_ratio}


@dataclass(frozen=True, kw_only=True)
class PictureWithText:
    """A small picture with words beside it."""

    image_url: str
    title: str = ""
    text: str = ""
    link: Link | None = None

    def check(self, at: str) -> None:
        content_validation.address(f"{at}image_url", self.image_url)
        content_validation.narrow(f"{at}title", self.title, TEXT)
        content_validation.narrow(f"{at}desc", self.text, TEXT)
        if self.link is not None:
            self.link.check(at)

    def payload(self) -> dict[str, object]:
        parts = {"title": clean(self.title), "desc": clean(self.text)}
        shown = {name: value for name, value in parts.items() if value}
        return {**linked(self.link), **shown, "image_url": self.image_url}


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A title with a text below it."""

    title: str
    text: str = ""

    def check(self, at: str) -> None:
        content_validation.words(f"{at}title", self.title, PARAGRAPH)
        content_validation.narrow(f"{at}desc", self.text, TEXT)

    def payload(self) -> dict[str, object]:
        return {"title": clean(self.title), **({"desc": clean(self.text)} if self.text else {})}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A name of up to 5 Chinese characters and a value of up to 30, which may lead to one thing.

    That is a web page, a file (`media_id`; the value is then its name with the extension), or a member (`user_id`).
    """

    name: str
    value: str = ""
    link: Web | None = None
    media_id: str = ""
    user_id: str = ""

    def check(self, at: str) -> None:
        content_validation.words(f"{at}keyname", self.name, NAME)
        content_validation.narrow(f"{at}value", self.value, VALUE)
        if (self.link is not None) + bool(self.media_id) + bool(self.user_id) > 1:
            fault, remedy = f"The field {at}type is not clear.", "Give one of link, media_id and user_id."
            raise ContentError(fault, code="invalid", field=f"{at}type", remedy=remedy)
        if self.link is not None:
            self.link.check(at)
        if self.media_id and not self.value.strip():
            raise missing(f"{at}value", "Write the name of the file, with its extension.")

    def payload(self) -> dict[str, object]:
        leads: dict[str, object] = linked(self.link)
        if self.media_id:
            leads = {"type": 2, "media_id": self.media_id}
        elif self.user_id:
            leads = {"type": 3, "userid": self.user_id}
        return {"keyname": clean(self.name), **({"value": clean(self.value)} if self.value else {}), **leads}


@dataclass(frozen=True, kw_only=True)
class Jump:
    """A line at the foot of a card that leads somewhere."""

    title: str
    link: Link | None = None

    def check(self, at: str) -> None:
        content_validation.words(f"{at}title", self.title, JUMP)
        if self.link is not None:
            self.link.check(at)

    def payload(self) -> dict[str, object]:
        return {**linked(self.link), "title": clean(self.title)}
