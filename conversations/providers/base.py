"""Who thinks of an answer. Providers are asked in the order of `settings.REPLY_PROVIDERS`."""

from abc import ABC, abstractmethod
from typing import ClassVar

from conversations.exceptions import ConversationError
from conversations.models import Conversation


class ReplyRefused(ConversationError):
    """The service will not answer this, however often it is asked."""


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

        Raises `TemporaryError` for what may pass, `ReplyRefused` for what will not.
        """
