"""`/privacy`: what is stored of the member, for how long, who reads it, and how it is deleted."""

from django.conf import settings

from conversations.delivery.messages import say
from conversations.machine.commands import ERASURE, PRIVACY
from conversations.models import Conversation
from conversations.replies.chat_commands import human
from conversations.replies.chat_commands.registry import ACTS
from conversations.wording import preference_texts as texts
from core import backends


@ACTS.of(PRIVACY)
def tell(conversation: Conversation, args: str, cid: str) -> None:
    """Say what the settings make true. A wish to delete is answered with how to do so, and deletes nothing."""
    keeps = settings.RETENTION
    parts = [texts.deletion_asked()] if args == ERASURE else []
    parts += [texts.messages_kept(keeps["MESSAGES_DAYS"]), texts.answers_kept(keeps["SESSIONS_DAYS"]), texts.readers()]
    if any(backends.backend("REPLY_PROVIDERS", name).waits for name in backends.names("REPLY_PROVIDERS")):
        parts.append(texts.services())
    parts += [texts.rights(), human.people(conversation)]
    say(conversation, "\n".join(parts), cid=cid)
