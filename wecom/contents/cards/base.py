"""Fields of all cards: a name, a source, and checks that know the path of each part."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from wecom.contents import content_validation
from wecom.contents.base import Translated, lines
from wecom.contents.cards.parts import Source
from wecom.contents.content_validation import clean
from wecom.exceptions import ContentError

TITLE, DESCRIPTION, TEXT = 72, 88, 320  # columns: the platform's 36, 44 and 160 Chinese characters

VOTE_TITLE = 32

BUTTONS, ROWS, JUMPS, PARAGRAPHS, LISTS = 6, 6, 3, 4, 3

TASK_ID = re.compile(r"[0-9A-Za-z_-]{1,120}")  # the platform's 128 and its "@" leave room for "@7" on a card sent again


RANDOM_TASK_ID = re.compile(r"[0-9a-f]{32}")


def new_task_id() -> str:
    """A name that no card had before."""
    return secrets.token_hex(16)


class Part(Protocol):
    """A part of a card."""

    def check(self, at: str) -> None:
        """Raise `ContentError` for a field that the platform would cut or refuse; `at` is the path before its
        fields."""

    def payload(self) -> dict[str, object]:
        """The part in the request."""


@dataclass(frozen=True, kw_only=True)
class Card(Translated):
    """The parts of all cards. `task_id` names one for good, and comes back with a click.

    It is 1 to 120 letters, digits, "-" and "_", never used before in this application; without one a card gets a random
    name.
    """

    msgtype: ClassVar[str] = "template_card"
    card_type: ClassVar[str]
    can_be_greyed: ClassVar[bool] = False  # has buttons that a text can stand in the place of
    task_id: str = field(default_factory=new_task_id)
    source: Source | None = None

    @property
    def has_random_name(self) -> bool:
        """Whether its name says nothing: a card that is made in the same way once more has another one."""
        return RANDOM_TASK_ID.fullmatch(self.task_id) is not None

    def payload(self, media_id: str = "") -> dict[str, object]:
        return {"card_type": self.card_type, "task_id": self.task_id, **self.fields()}

    def replacement(self, greyed: str = "") -> dict[str, object]:
        """The card in place of another; with `greyed`, that stands in the place of its buttons."""
        if greyed and not self.can_be_greyed:
            fault, remedy = f"A card of type {self.card_type} has no buttons to replace.", "Leave the text out."
            raise ContentError(fault, code="invalid", field="replace_text", remedy=remedy)
        return {"card_type": self.card_type, **self.fields(), **({"replace_text": clean(greyed)} if greyed else {})}

    def fields(self) -> dict[str, object]:
        """The parts, by the platform's names."""
        return {**payload("source", self.source)}

    def words(self) -> str:
        told = (getattr(self, name, "") for name in ("title", "description", "text"))
        return lines(*told)

    def _check_task_id(self) -> None:
        if not TASK_ID.fullmatch(self.task_id):
            fault = "The field task_id is no name for a card."
            remedy = "Use 1 to 120 letters, digits, hyphens and underscores."
            raise ContentError(fault, code="invalid", field="task_id", remedy=remedy)


def check(parts: dict[str, Part | None]) -> None:
    for name, part in parts.items():
        if part is not None:
            part.check(f"{name}.")


def check_list(name: str, parts: Sequence[Part], most: int, *, least: int = 0) -> None:
    content_validation.counted(name, len(parts), most, least=least)
    for number, part in enumerate(parts):
        part.check(f"{name}[{number}].")


def check_titles(
    title: str,
    description: str,
    *,
    title_required: bool = True,
    title_width: int = TITLE,
    description_width: int = DESCRIPTION,
) -> None:
    if title_required:
        content_validation.required("main_title.title", title.strip())
    content_validation.narrow("main_title.title", title, title_width)
    content_validation.narrow("main_title.desc", description, description_width)


def check_plain_source(source: Source | None) -> None:
    """Of these cards the platform knows no colours."""
    check({"source": source})
    if source is not None and source.colour:
        remedy = "Leave the colour out: votes and forms have none."
        raise ContentError(
            "The field source.desc_color is not known here.", code="invalid", field="source.desc_color", remedy=remedy
        )


def titles(title: str, description: str) -> dict[str, object]:
    parts = {"title": clean(title), "desc": clean(description)}
    shown = {name: value for name, value in parts.items() if value.strip()}
    return {"main_title": shown} if shown else {}


def words(name: str, text: str) -> dict[str, object]:
    return {name: clean(text)} if text.strip() else {}


def payload(name: str, part: Part | None) -> dict[str, object]:
    return {name: part.payload()} if part is not None else {}


def payloads(name: str, parts: Sequence[Part]) -> dict[str, object]:
    return {name: [part.payload() for part in parts]} if parts else {}
