"""An operator's messages on the phone while answering a member: they go to the member, but for a few commands."""

from collections.abc import Callable
from datetime import datetime

from conversations.delivery import messages
from conversations.exceptions import HandoffRefused
from conversations.handoff import endings
from conversations.machine.commands import CLOSE, DONE, HELP, NOTE, RELEASE, Acts, Place, command_in
from conversations.models import Content, Conversation, Message, Operator, Ticket
from conversations.tickets import assignment, lines
from conversations.tickets.ticket_changes import Kind, record
from conversations.wording import handoff_texts

PASSED_ON = (Content.Kind.TEXT, Content.Kind.IMAGE, Content.Kind.VOICE, Content.Kind.VIDEO)

Act = Callable[[Conversation, Ticket, str, datetime], None]
ACTS: Acts[Act] = Acts()


def handle(thread: Conversation, ticket: Ticket, message: Message, *, cid: str, now: datetime) -> None:
    """Pass a message of an operator on to the member of a ticket, or run its command."""
    ticket = assignment.locked(ticket)
    operator = ticket.operator
    if operator is None or operator.member_id != thread.member_id or not ticket.on_phone:
        # It was taken over or ended at the desk between the callback and now.
        messages.say(thread, handoff_texts.is_over(), cid=cid)
        return
    content = message.content
    text = content.text.strip() if content.kind == Content.Kind.TEXT else ""
    if text.startswith(("/", "／")):
        name = text.split(maxsplit=1)[0]
        command = command_in(Place.OPERATOR, name)
        if command is None:
            messages.say(thread, handoff_texts.unknown_command(), cid=cid)
        else:
            ACTS[command](thread, ticket, text.removeprefix(name).strip(), now)
    elif content.kind not in PASSED_ON or (content.kind != Content.Kind.TEXT and message.download is None):
        messages.say(thread, handoff_texts.not_passed_on(str(content.get_kind_display())), cid=cid)
    else:
        lines.from_operator(ticket, operator, message, now=now)


def operator_of(thread: Conversation) -> Operator | None:
    """The operator that this member is."""
    return Operator.objects.filter(member=thread.member_id, enabled=True).first()


def take_by_number(thread: Conversation, number: str, *, cid: str, now: datetime) -> None:
    """“/take 12” of an operator whose phone shows no cards; of another member it does nothing."""
    operator = operator_of(thread)
    if operator is None:
        return
    rows = Ticket.objects.filter(conversation__application=thread.application_id)
    ticket = rows.filter(pk=number.strip()).first() if number.strip().isdecimal() else None
    if ticket is None:
        messages.say(thread, handoff_texts.no_such_ticket(), cid=cid)
        return
    try:
        assignment.take(ticket, operator, on_phone=True, now=now)
    except HandoffRefused as error:
        messages.say(thread, str(error), cid=cid)


@ACTS.of(DONE)
def _hand_back(_thread: Conversation, ticket: Ticket, _rest: str, now: datetime) -> None:
    endings.end(ticket, Ticket.Outcome.HANDED_BACK, by=ticket.operator, from_phone=True, now=now)


@ACTS.of(CLOSE)
def _close(_thread: Conversation, ticket: Ticket, _rest: str, now: datetime) -> None:
    endings.end(ticket, Ticket.Outcome.SOLVED, by=ticket.operator, from_phone=True, now=now)


@ACTS.of(RELEASE)
def _release(_thread: Conversation, ticket: Ticket, _rest: str, now: datetime) -> None:
    if ticket.operator is not None:
        assignment.release(ticket, by=ticket.operator, now=now)


@ACTS.of(NOTE)
def _note(thread: Conversation, ticket: Ticket, rest: str, now: datetime) -> None:
    if rest:
        record(ticket, Kind.NOTE, by=ticket.operator, text=rest, at=now)
    messages.say(thread, handoff_texts.noted() if rest else handoff_texts.note_usage(), cid=ticket.cid)


@ACTS.of(HELP)
def _help(thread: Conversation, ticket: Ticket, _rest: str, _now: datetime) -> None:
    messages.say(thread, handoff_texts.you_answer(str(ticket.conversation.member), ""), cid=ticket.cid)
