"""Who thinks of an answer. Providers are asked in the order of `settings.REPLY_PROVIDERS`."""

from abc import ABC, abstractmethod
from typing import ClassVar

from conversations.exceptions import ConversationError
from conversations.models import Conversation
from core.exceptions import TemporaryError


class ReplyRefused(ConversationError):
    """The service will not answer this, however often it is asked."""


class ReplyBusy(ConversationError, TemporaryError):
    """The service cannot answer now; where it says so, in how many seconds it can."""

    retry_after: float = 0.0

    def __reduce__(self) -> tuple[object, ...]:
        return (*super().__reduce__(), {"retry_after": self.retry_after})


class ReplyProvider(ABC):
    """A source of answers that knows at once."""

    waits: ClassVar[bool] = False

    @abstractmethod
    def reply(self, text: str, *, language: str) -> str | None:
        """The answer to what a member wrote, or None where this provider knows nothing. May not use the network."""


class RemoteProvider(ABC):
    """A source of answers that is asked over the network, outside any transaction; nobody is asked after it."""

    waits: ClassVar[bool] = True

    @abstractmethod
    def answer(self, conversation: Conversation, text: str, *, language: str) -> str | None:
        """The answer to what a member wrote, or None where there is none.

        Raises `TemporaryError` for what may pass, best `ReplyBusy`, and `ReplyRefused` for what will not. Operators
        read their words, which therefore quote nobody.
        """
