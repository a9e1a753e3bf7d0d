"""Replies of the providers that answer at once."""

from conversations.models import Answer, Conversation
from conversations.providers.base import ReplyProvider
from core import backends


def find(conversation: Conversation, text: str) -> str | Answer | None:
    """The first provider's answer that needs no waiting; None if there is none."""
    for name in backends.names("REPLY_PROVIDERS"):
        provider = backends.backend("REPLY_PROVIDERS", name)
        if not isinstance(provider, ReplyProvider):
            continue
        if reply := provider.reply_to(conversation.member, text, language=conversation.language):
            return reply
    return None
