"""The declaration of a kind of content: the fields that it uses, its flaws, its message and its last line."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from wecom.contents import Content

# Members of a batch: equal words, words for each.
MOST, PERSONAL = 1000, 200
Words = Mapping[str, Any]
CardOf = Callable[[Mapping[str, Any]], Content]


def gettext_noop(text: str) -> str:
    """Mark words for `makemessages`."""
    return text


class Closing(StrEnum):
    """The place of the line about members' choices: at the end of a text, on a card, as a text behind, nowhere."""

    IN_TEXT = "in_text"
    ON_CARD = "on_card"
    BEHIND = "behind"
    NOWHERE = "nowhere"


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """A flaw of a content, and the remedy: English words for `gettext`."""

    field: str
    code: str
    words: str
    remedy: str


class ContentKind:
    """One kind. It keeps nothing: a registered instance serves all campaigns.

    Attributes:
        name: as rows, files and REST have it, at most eight characters.
        label: how lists call it.
        order: its place in lists.
        fields: the columns of a content that it uses.
        spoken: those of them whose texts may have variables.
        closing: where the line about a member's choices stands.
        leads: whether its words may hold links that are counted.
        has_sources: whether it uses rows that others may edit, so that an approval is compared with them once more.
        is_made: whether a video is made before it goes out.
        is_dialogue: whether it starts a flow, and so is no message of its own.
        in_parts: whether a long one may go out as several messages, as a schedule sends it.
        personal_batch: members of a batch in which each gets words of their own.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    order: ClassVar[int]
    fields: ClassVar[tuple[str, ...]]
    spoken: ClassVar[tuple[str, ...]] = ()
    closing: ClassVar[Closing] = Closing.NOWHERE
    leads: ClassVar[bool] = False
    has_sources: ClassVar[bool] = False
    is_made: ClassVar[bool] = False
    is_dialogue: ClassVar[bool] = False
    in_parts: ClassVar[bool] = False
    personal_batch: ClassVar[int] = PERSONAL

    def flaws(self, content: Any) -> Iterator[Flaw]:
        """The flaws of a saved content."""
        yield from ()

    def batch_size(self, *, is_personal: bool) -> int:
        """The most members of a batch."""
        return self.personal_batch if is_personal else MOST

    def with_addresses(self, words: Words, change: Callable[[str], str]) -> Words:
        """The words with each countable address changed."""
        return words


class MessageKind(ContentKind, ABC):
    """A kind that goes out as one message of WeChat Work."""

    @abstractmethod
    def message(self, words: Words, card_of: CardOf) -> Content:
        """The message of words whose variables are filled. Raises `ContentError`."""
