"""Replies of the providers that answer at once."""

from conversations.models import Conversation
from conversations.providers.base import FoundReply, ReplyProvider
from core import backends


def find(conversation: Conversation, text: str) -> FoundReply | None:
    """The first provider's answer that needs no waiting; None if there is none."""
    for name in backends.names("REPLY_PROVIDERS"):
        provider = backends.backend("REPLY_PROVIDERS", name)
        if not isinstance(provider, ReplyProvider):
            continue
        if found := provider.find_reply(conversation.member, text, language=conversation.language):
            return found
    return None
