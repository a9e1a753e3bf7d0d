"""`/take`: a ticket for the operator who writes it."""

from django.utils import timezone

from conversations.handoff import operator_turns
from conversations.machine.commands import Command, declare, gettext_noop
from conversations.models import Conversation
from conversations.replies.chat_commands.registry import ACTS

TAKE = declare(
    Command(
        names=("/take", "/接单"),
        line=gettext_noop("/take <number> – answer the ticket with this number"),
        order=40,
        for_operators=True,
    )
)


@ACTS.of(TAKE)
def take(conversation: Conversation, args: str, cid: str) -> None:
    """Take the ticket of this number."""
    operator_turns.take_by_number(conversation, args, cid=cid, now=timezone.now())
