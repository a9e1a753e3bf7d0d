"""Hand-off to people, for the desk, REST and the clock: each call is one transaction without network."""

from collections.abc import Iterable
from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from conversations.delivery import messages
from conversations.delivery.causes import Cause, because
from conversations.exceptions import HandoffRefused
from conversations.handoff import endings, late_answers
from conversations.models import Conversation, Message, Operator, OperatorGroup, Ticket, TicketChange, Topic
from conversations.replies import received_files
from conversations.signals import PUBLISHED_IN
from conversations.tickets import assignment, lines, office_hours, opening, operator_cards
from conversations.tickets.ticket_changes import Kind, record
from conversations.videos import video_messages
from conversations.wording import working_day_texts
from core.text.member_names import full_name
from wecom.models import Callback, Download, Outbound


def operator_of(user: AbstractBaseUser) -> Operator:
    """The operator that an account is; made on the first answer, with the account's name."""
    name = full_name(getattr(user, "last_name", ""), getattr(user, "first_name", "")) or user.get_username()
    operator, _made = Operator.objects.get_or_create(user_id=user.pk, defaults={"name": name[:60]})
    return operator


def office_days_unknown(groups: Iterable[OperatorGroup], since: date | None = None, until: date | None = None) -> str:
    """The warning, with its remedy, that office hours count Monday to Friday in years with unknown holidays; "" without
    such a year.

    Without days from today on: this year, and from November on the next one.
    """
    today = timezone.localdate()
    ahead = today.replace(year=today.year + 1, month=1, day=1) if today.month >= PUBLISHED_IN else today
    return office_hours.days_unknown(groups, since or today, until or ahead)


def ticket_due_days_unknown(ticket: Ticket) -> str:
    """The warning, with its remedy, that the moment at which an answer is due rests on days with unknown holidays; ""
    without such a day.
    """
    year = office_hours.due_unknown_year(ticket)
    return working_day_texts.counted([year] if year else [])


@because(Cause.HANDOFF)
@transaction.atomic
def hand_off(
    conversation: Conversation,
    *,
    reason: Ticket.Reason = Ticket.Reason.PROGRAM,
    topic: Topic | None = None,
    cid: str = "",
    now: datetime | None = None,
) -> Ticket:
    """Pass a member on to the operators of a topic; the ticket that there is, if they are passed on already.

    Raises `HandoffRefused` if the application has no operators.
    """
    conversation = Conversation.objects.locked(conversation.application, conversation.member)
    ticket = Ticket.objects.unfinished_in(conversation)
    if ticket is not None:
        return ticket
    group = OperatorGroup.objects.for_topic(conversation.application, topic)
    if group is None:
        fault, remedy = _("This application has no operators."), _("Add a group of operators first.")
        raise HandoffRefused(fault, code="no_operators", field="application", remedy=remedy)
    with translation.override(conversation.language):
        return opening.pass_on(conversation, group, reason=reason, topic=topic, cid=cid, now=now or timezone.now())


@because(Cause.HANDOFF)
@transaction.atomic
def take_conversation(conversation: Conversation, operator: Operator, *, now: datetime | None = None) -> Ticket:
    """An operator answers a member at the desk from now on, whether the member has asked for a person or not."""
    now = now or timezone.now()
    conversation = Conversation.objects.locked(conversation.application, conversation.member)
    ticket = Ticket.objects.unfinished_in(conversation)
    if ticket is None:
        group = OperatorGroup.objects.for_topic(conversation.application, None)
        with translation.override(conversation.language):
            ticket = opening.open_ticket(conversation, group, reason=Ticket.Reason.OPERATOR, cid="", now=now)
    return take_ticket(ticket, operator, take_over=True, now=now)


@because(Cause.HANDOFF)
@transaction.atomic
def take_ticket(ticket: Ticket, operator: Operator, *, take_over: bool = False, now: datetime | None = None) -> Ticket:
    """An operator answers a ticket at the desk. Raises `HandoffRefused` if another one has it, but to `take_over`."""
    return assignment.take(ticket, operator, on_phone=False, take_over=take_over, now=now or timezone.now())


@because(Cause.HANDOFF)
def assign_ticket(ticket: Ticket, to: Operator, *, by: Operator | None = None, now: datetime | None = None) -> Ticket:
    """Give a ticket to an operator. Raises `HandoffRefused` if it is closed or they cannot take it."""
    return assignment.assign(ticket, to, by=by, now=now or timezone.now())


@because(Cause.HANDOFF)
def transfer_ticket(
    ticket: Ticket, group: OperatorGroup, *, by: Operator | None = None, now: datetime | None = None
) -> Ticket:
    """Pass a ticket on to another group, where it waits again. Raises `HandoffRefused` if it is closed."""
    return assignment.transfer(ticket, group, by=by, now=now or timezone.now())


@transaction.atomic
def answer_ticket(
    ticket: Ticket,
    operator: Operator,
    text: str = "",
    *,
    file: str = "",
    filename: str = "",
    as_video: bool = False,
    now: datetime | None = None,
) -> Message:
    """Answer the member of a ticket: with text, with a file of the media storage, or as the digital human.

    `filename` is the name that members read, if the file has another one in the storage.

    Raises `HandoffRefused` if the ticket is closed or another operator has it, and if there is nothing to send; the
    errors of sending a file or a video.
    """
    now = now or timezone.now()
    ticket = _mine(ticket, operator, now=now)
    conversation, cid = ticket.conversation, ticket.cid
    if not file and not text.strip():
        raise HandoffRefused(_("There is nothing to send."), code="empty", field="text", remedy=_("Write something."))
    with because(Cause.OPERATOR, operator=operator.pk, ticket=ticket.pk):
        if file:
            kind = messages.kind_of_file(file)
            message = messages.say_stored_file(conversation, kind, file, filename=filename, cid=cid)
        elif as_video:
            message = video_messages.say_video(conversation, text, strict=True, cid=cid)
        else:
            message = messages.say(conversation, text.strip(), cid=cid)
    lines.from_desk(ticket, operator, message, now=now)
    return message


@transaction.atomic
def add_note(ticket: Ticket, text: str, *, by: Operator | None = None, now: datetime | None = None) -> TicketChange:
    """A note that only operators read. Raises `HandoffRefused` without text."""
    if not text.strip():
        raise HandoffRefused(_("The note is empty."), code="empty", field="text", remedy=_("Write something."))
    return record(ticket, Kind.NOTE, by=by, text=text.strip(), at=now or timezone.now())


@because(Cause.HANDOFF)
def hand_back(ticket: Ticket, *, by: Operator | None = None, now: datetime | None = None) -> bool:
    """The digital human goes on where it was; False if the ticket had ended already."""
    return endings.end(ticket, Ticket.Outcome.HANDED_BACK, by=by, now=now or timezone.now())


@because(Cause.HANDOFF)
def close_ticket(ticket: Ticket, *, by: Operator | None = None, now: datetime | None = None) -> bool:
    """`hand_back`, and the question is solved."""
    return endings.end(ticket, Ticket.Outcome.SOLVED, by=by, now=now or timezone.now())


def mark_read(ticket: Ticket, *, now: datetime | None = None) -> None:
    """An operator has looked at the lines of a ticket."""
    Ticket.objects.filter(pk=ticket.pk).update(read_at=now or timezone.now())


@because(Cause.HANDOFF)
def follow_tickets(*, now: datetime | None = None) -> int:
    """Time-outs: members who wait too long, forgotten tickets, files that have come."""
    return late_answers.follow_tickets(now=now or timezone.now()) + received_files.take_fetched()


def pass_on_files(download: Download) -> None:
    """A file of a member or operator was fetched: send it to the other side, or answer a flow with it."""
    lines.carry_files(download)
    received_files.take_fetched(download)


def follow_card(outbound: Outbound) -> None:
    """A card of an operator was delivered."""
    operator_cards.close_late(outbound)


def is_answered_by_person(callback: Callback) -> bool:
    """Whether the handlers of other apps must be silent for the member who caused this."""
    return Ticket.objects.concerning_user(callback.application, callback.from_user_id).exists()


def _mine(ticket: Ticket, operator: Operator, *, now: datetime) -> Ticket:
    """The ticket, of this operator: one that waits is taken with the first answer."""
    ticket = assignment.unfinished(ticket)
    if ticket.operator_id == operator.pk:
        return ticket
    return assignment.take(ticket, operator, on_phone=False, now=now)
