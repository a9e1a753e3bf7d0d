"""Replies of the providers that answer at once."""

from conversations.providers.base import ReplyProvider
from core import backends


def find(text: str, *, language: str) -> str | None:
    """The first provider's answer that needs no waiting; None if there is none."""
    for name in backends.names("REPLY_PROVIDERS"):
        provider = backends.backend("REPLY_PROVIDERS", name)
        if isinstance(provider, ReplyProvider) and (reply := provider.reply(text, language=language)):
            return reply
    return None
