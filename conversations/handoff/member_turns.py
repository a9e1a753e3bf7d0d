"""The member's side of a hand-off: texts, taps and files go to the operator, and the bot is silent."""

from collections.abc import Callable
from datetime import datetime

from conversations.delivery import messages
from conversations.delivery.causes import Cause, because
from conversations.handoff import endings, handoff_requests, operator_turns
from conversations.machine.commands import BOT, HUMAN, MESSAGE, Acts, Command, Place, command_in
from conversations.models import Content, Conversation, Message, Ticket
from conversations.providers.small_talk import MEANT, talk_in
from conversations.tickets import lines
from conversations.wording import handoff_texts

Act = Callable[[Conversation, Ticket, str, str, datetime], bool]  # False: it is passed on as a text
ACTS: Acts[Act] = Acts()


def is_silent(conversation: Conversation) -> bool:
    """Whether the bot is silent here: a person answers this member, or this member answers another one."""
    return Ticket.objects.concerning(conversation).exists()


@because(Cause.HANDOFF)
def handle(conversation: Conversation, message: Message, *, cid: str, now: datetime) -> bool:
    """Handle a message during a hand-off; False if there is none, and the bot answers.

    The conversation is locked, and `message` is recorded.
    """
    tickets = list(Ticket.objects.concerning(conversation))
    if not tickets:
        return False
    answered = next((ticket for ticket in tickets if ticket.conversation_id != conversation.pk), None)
    if answered is not None:
        operator_turns.handle(conversation, answered, message, cid=cid, now=now)
        return True
    _member_wrote(conversation, tickets[0], message, cid=cid, now=now)
    return True


def paused_words(conversation: Conversation) -> str | None:
    """The reply to a button of the menu during a hand-off; None if there is none."""
    ticket = Ticket.objects.concerning(conversation).first()
    if ticket is None:
        return None
    if ticket.conversation_id != conversation.pk:
        return handoff_texts.you_answer(str(ticket.conversation.member), "")
    return handoff_requests.where_it_stands(ticket)


def _member_wrote(conversation: Conversation, ticket: Ticket, message: Message, *, cid: str, now: datetime) -> None:
    ticket.conversation = conversation
    text = message.content.text.strip() if message.content.kind == Content.Kind.TEXT else ""
    command, rest = _meant(text)
    if command is not None and ACTS[command](conversation, ticket, rest, cid, now):
        return
    lines.from_member(ticket, message, now=now)
    if ticket.status == Ticket.Status.OPEN and ticket.wait == Ticket.Wait.MESSAGE:
        handoff_requests.message_left(ticket, cid=cid, now=now)
        endings.go_on(conversation, cid=cid, now=now)


def _meant(text: str) -> tuple[Command | None, str]:
    """The command that a text is, or means like 转人工, and the text after its name."""
    name = text.split(maxsplit=1)[0] if text else ""
    command, rest = command_in(Place.HANDOFF, name), text.removeprefix(name).strip()
    talk = talk_in(text) if command is None else None
    if talk in MEANT:
        command, rest = MEANT[talk]
    return (command, rest) if command in ACTS else (None, "")


@ACTS.of(BOT)
def _back(_conversation: Conversation, ticket: Ticket, _rest: str, _cid: str, now: datetime) -> bool:
    endings.end(ticket, Ticket.Outcome.LEFT, now=now)
    return True


@ACTS.of(HUMAN)
def _where_it_stands(conversation: Conversation, ticket: Ticket, _rest: str, cid: str, _now: datetime) -> bool:
    messages.say(conversation, handoff_requests.where_it_stands(ticket), cid=cid)
    return True


@ACTS.of(MESSAGE)
def _leave_message(conversation: Conversation, ticket: Ticket, rest: str, cid: str, now: datetime) -> bool:
    if ticket.status != Ticket.Status.OPEN:
        return False
    handoff_requests.begin_message(conversation, rest, cid=cid, now=now)
    if rest:
        endings.go_on(conversation, cid=cid, now=now)
    return True
