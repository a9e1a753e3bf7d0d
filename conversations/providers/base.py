"""Reply providers, asked in the order of `settings.REPLY_PROVIDERS`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from conversations.delivery.causes import Cause, described
from conversations.exceptions import ConversationError
from conversations.models import Answer, Conversation
from core.exceptions import TemporaryError
from wecom.models import Member


class ReplyRefused(ConversationError):
    """The service refuses the question; a retry does not help."""


class ReplyBusy(ConversationError, TemporaryError):
    """The service cannot answer now; `retry_after` is the number of seconds that it asks to wait, if any."""

    retry_after: float = 0.0

    def __reduce__(self) -> tuple[object, ...]:
        return (*super().__reduce__(), {"retry_after": self.retry_after})


@dataclass(frozen=True, kw_only=True)
class FoundReply:
    """A reply, and the cause that its message keeps."""

    reply: str | Answer
    cause: Mapping[str, Any]


class ReplyProvider(ABC):
    """A source of answers that answers at once."""

    waits: ClassVar[bool] = False

    @abstractmethod
    def reply(self, text: str, *, language: str) -> str | None:
        """The answer to a member's text, or None if this provider has none. Must not use the network."""

    def reply_to(self, member: Member | None, text: str, *, language: str) -> str | Answer | None:
        """As `reply`, where it depends on who asks. An `Answer` is sent as its kind: a card, a file, a video …"""
        return self.reply(text, language=language)

    def find_reply(self, member: Member | None, text: str, *, language: str) -> FoundReply | None:
        """As `reply_to`, with what spoke for it: *Why?* shows that beside the message."""
        reply = self.reply_to(member, text, language=language)
        cause = described(Cause.PROVIDER, provider=type(self).__name__)
        return FoundReply(reply=reply, cause=cause) if reply else None


class RemoteProvider(ABC):
    """A source of answers over the network, asked outside any transaction. No provider after it is asked."""

    waits: ClassVar[bool] = True

    @abstractmethod
    def answer(self, conversation: Conversation, text: str, *, language: str) -> str | None:
        """The answer to a member's text, or None if there is none.

        Raises `TemporaryError` for temporary failures, preferably `ReplyBusy`, and `ReplyRefused` for permanent ones.
        Operators read the messages of these errors, so they must not quote members.
        """
