"""Reply providers, asked in the order of `settings.REPLY_PROVIDERS`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from conversations.delivery.causes import Cause, described
from conversations.exceptions import ServiceBusy, ServiceRefused
from conversations.models import Answer, Conversation
from wecom.models import Member

# Names of these errors in providers of your own that were written for earlier versions.
ReplyRefused = ServiceRefused
ReplyBusy = ServiceBusy


@dataclass(frozen=True, kw_only=True)
class FoundReply:
    """A reply, and the cause that its message keeps."""

    reply: str | Answer
    cause: Mapping[str, Any]


class CitedReply(str):
    """A reply of a remote provider that names its sources; else a plain text.

    Attributes:
        sources: answers and passages as the cause of a message keeps them.
    """

    sources: tuple[Mapping[str, Any], ...] = ()


class ReplyProvider(ABC):
    """A source of answers that answers at once."""

    waits: ClassVar[bool] = False
    is_ground: ClassVar[bool] = False
    """Whether a language model that `needs_ground` words what it finds."""

    @abstractmethod
    def reply(self, text: str, *, language: str) -> str | None:
        """The answer to a member's text, or None if this provider has none. Must not use the network."""

    def reply_to(self, member: Member | None, text: str, *, language: str) -> str | Answer | None:
        """As `reply`, where it depends on who asks. An `Answer` is sent as its kind: a card, a file, a video …"""
        return self.reply(text, language=language)

    def find_reply(self, member: Member | None, text: str, *, language: str) -> FoundReply | None:
        """As `reply_to`, with its evidence: *Why?* shows that beside the message."""
        reply = self.reply_to(member, text, language=language)
        cause = described(Cause.PROVIDER, provider=type(self).__name__)
        return FoundReply(reply=reply, cause=cause) if reply else None


class RemoteProvider(ABC):
    """A source of answers over the network, asked outside any transaction. No provider after it is asked."""

    waits: ClassVar[bool] = True
    needs_ground: ClassVar[bool] = False
    """Whether it words what the table and the documents say, and is asked before these; else it is asked after them."""

    def has_ground(self, member: Member | None, text: str, *, language: str) -> bool:
        """Whether they say enough. Without a network, and in any transaction."""
        return True

    @abstractmethod
    def answer(self, conversation: Conversation, text: str, *, language: str) -> str | None:
        """The answer to a member's text, or None if there is none.

        Raises `TemporaryError` for temporary failures, preferably `ServiceBusy`, and `ServiceRefused` for permanent
        ones. Operators read the messages of these errors, so they must not quote members.
        """
