"""Replies of the providers that answer at once."""

from conversations.models import Conversation
from conversations.providers.base import FoundReply, ReplyProvider
from core import backends


def find(conversation: Conversation, text: str, *, with_grounds: bool = True) -> FoundReply | None:
    """The first provider's answer that needs no waiting; None if there is none.

    Without grounds, those are left out whose findings a language model words.
    """
    for name in backends.names("REPLY_PROVIDERS"):
        provider = backends.backend("REPLY_PROVIDERS", name)
        if not isinstance(provider, ReplyProvider) or (provider.is_ground and not with_grounds):
            continue
        if reply := provider.find_reply(conversation.member, text, language=conversation.language):
            return reply
    return None
