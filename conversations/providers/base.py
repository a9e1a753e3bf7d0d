"""Who thinks of an answer."""

from abc import ABC, abstractmethod


class ReplyProvider(ABC):
    """A source of answers, asked in the order of `settings.REPLY_PROVIDERS`."""

    @abstractmethod
    def reply(self, text: str, *, language: str) -> str | None:
        """The answer to what a member wrote, or None where this provider knows nothing."""
