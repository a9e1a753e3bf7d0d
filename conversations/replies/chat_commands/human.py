"""`/human` and `/message`: the ways to a person."""

from django.utils import timezone

from conversations.delivery.messages import say
from conversations.handoff import handoff_requests
from conversations.machine.commands import HUMAN, MESSAGE
from conversations.models import Conversation, Desk
from conversations.replies.chat_commands.registry import ACTS
from conversations.wording import small_talk_texts


def people(conversation: Conversation) -> str:
    """How members reach a person."""
    return small_talk_texts.person(Desk.objects.contact_of(conversation.application))


@ACTS.of(HUMAN)
def ask_for_person(conversation: Conversation, _args: str, cid: str) -> None:
    """Pass the member on to people; without operators, name the contact of the desk."""
    if not handoff_requests.ask_for_person(conversation, cid=cid, now=timezone.now()):
        say(conversation, people(conversation), cid=cid)


@ACTS.of(MESSAGE)
def leave_message(conversation: Conversation, args: str, cid: str) -> None:
    """Leave a message for people: with its text, or asked for it."""
    if not handoff_requests.begin_message(conversation, args, cid=cid, now=timezone.now()):
        say(conversation, people(conversation), cid=cid)
