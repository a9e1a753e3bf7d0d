"""The parts of cards as people fill them in, for each kind. Pure; `conversion` makes a card's JSON of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

Words = Any  # translated where it is shown
CONFIRM = "confirm"
"""The key of a button that confirms. Any other key of ours is that of an answer."""
ANSWER, OPEN = "answer", "open"
ACTIONS = ((CONFIRM, _("confirms")), (ANSWER, _("is an answer")), (OPEN, _("opens a link")))


@dataclass(frozen=True, kw_only=True)
class Part:
    """A field of a card. At most `width` columns, of which a Chinese character takes two, `size` bytes or `length`."""

    name: str
    label: Words
    at: tuple[str, ...] = ()
    width: int = 0
    size: int = 0
    length: int = 0
    needed: bool = False
    is_address: bool = False
    is_switch: bool = False
    is_long: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """Its place in the JSON."""
        return self.at or (self.name,)


@dataclass(frozen=True, kw_only=True)
class PartList:
    """Rows of a card: `least` to `most` of them, each with the same columns."""

    name: str
    label: Words
    one: Words
    columns: tuple[Part, ...]
    most: int
    at: tuple[str, ...] = ()
    least: int = 0

    @property
    def path(self) -> tuple[str, ...]:
        return self.at or (self.name,)


@dataclass(frozen=True, kw_only=True)
class CardKind:
    """The parts that a kind of card has."""

    label: Words
    parts: tuple[Part, ...] = ()
    lists: tuple[PartList, ...] = ()


def _title(width: int = 72, *, needed: bool = True, size: int = 0) -> Part:
    return Part(name="title", label=_("title"), width=width, size=size, needed=needed)


def _description(width: int = 88, *, size: int = 0, needed: bool = False) -> Part:
    return Part(name="description", label=_("description"), width=width, size=size, needed=needed, is_long=True)


def _address(name: str, label: Words, *at: str, needed: bool = True) -> Part:
    return Part(name=name, label=label, at=at, size=2048, needed=needed, is_address=True)


TEXT = Part(name="text", label=_("text below"), width=320, is_long=True)
LINK = _address("url", _("link"), "link", "url")
SUBMIT = Part(name="submit", label=_("button that sends"), at=("submit", "text"), width=20, needed=True)
ROWS = PartList(
    name="rows",
    label=_("details"),
    one=_("line of details"),
    most=6,
    columns=(
        Part(name="name", label=_("name"), width=10, needed=True),
        Part(name="value", label=_("value"), width=60),
        _address("url", _("link"), "link", "url", needed=False),
    ),
)
JUMPS = PartList(
    name="jumps",
    label=_("links at the foot"),
    one=_("link at the foot"),
    most=3,
    columns=(Part(name="title", label=_("words"), width=36, needed=True), _address("url", _("link"), "link", "url")),
)
BUTTONS = PartList(
    name="buttons",
    label=_("buttons"),
    one=_("button"),
    least=1,
    most=6,
    columns=(
        Part(name="text", label=_("words"), width=20, needed=True),
        Part(name="action", label=_("what it does")),
        _address("url", _("link"), needed=False),
        Part(name="key", label=_("key"), size=1024),
        Part(name="style", label=_("colour")),
    ),
)
CHOICES = PartList(
    name="choices",
    label=_("choices"),
    one=_("choice"),
    at=("checkbox", "choices"),
    least=1,
    most=20,
    columns=(Part(name="text", label=_("words"), width=34, needed=True), Part(name="id", label=_("key"))),
)
SELECTORS = PartList(
    name="selectors",
    label=_("questions"),
    one=_("question"),
    least=1,
    most=3,
    columns=(
        Part(name="title", label=_("question"), width=320),
        Part(name="choices", label=_("choices, one a line"), needed=True, is_long=True),
        Part(name="key", label=_("key")),
        Part(name="ids", label=_("key")),
    ),
)
KINDS: Mapping[str, CardKind] = {
    "button_interaction": CardKind(
        label=_("card with buttons"),
        parts=(_title(), _description(), TEXT, _address("url", _("link"), "link", "url", needed=False)),
        lists=(BUTTONS, ROWS),
    ),
    "textcard": CardKind(
        label=_("text card"),
        parts=(
            _title(0, size=128),
            _description(0, size=512, needed=True),
            _address("url", _("link")),
            Part(name="btn_text", label=_("words of its link"), length=4),
        ),
    ),
    "news": CardKind(
        label=_("news with a picture"),
        lists=(
            PartList(
                name="articles",
                label=_("articles"),
                one=_("article"),
                least=1,
                most=8,
                columns=(
                    _title(0, size=128),
                    _description(0, size=512),
                    _address("url", _("link")),
                    _address("picture_url", _("address of the picture"), needed=False),
                ),
            ),
        ),
    ),
    "text_notice": CardKind(
        label=_("notice in words"),
        parts=(
            _title(needed=False),
            _description(),
            Part(name="figure", label=_("large figure"), at=("emphasis", "title"), width=28),
            Part(name="figure_text", label=_("what the figure says"), at=("emphasis", "text"), width=44),
            TEXT,
            LINK,
        ),
        lists=(ROWS, JUMPS),
    ),
    "news_notice": CardKind(
        label=_("notice with a picture"),
        parts=(_title(), _description(), _address("picture", _("address of the picture"), "picture", "url"), LINK),
        lists=(
            PartList(
                name="paragraphs",
                label=_("paragraphs"),
                one=_("paragraph"),
                most=4,
                columns=(
                    Part(name="title", label=_("title"), width=76, needed=True),
                    Part(name="text", label=_("text"), width=320, is_long=True),
                ),
            ),
            ROWS,
            JUMPS,
        ),
    ),
    "vote_interaction": CardKind(
        label=_("vote"),
        parts=(
            _title(32),
            _description(320),
            Part(name="several", label=_("several may be chosen"), at=("checkbox", "several"), is_switch=True),
            SUBMIT,
        ),
        lists=(CHOICES,),
    ),
    "multiple_interaction": CardKind(
        label=_("form with questions"), parts=(_title(), _description(320), SUBMIT), lists=(SELECTORS,)
    ),
}
FIRST = "button_interaction"
