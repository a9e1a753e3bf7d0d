"""Who has a ticket: taken by an operator, given to one, moved to another group, or put back.

All of these lock the conversation of the ticket and read the ticket anew, so that of two operators one has it.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from conversations.delivery import messages
from conversations.exceptions import HandoffRefused
from conversations.models import Conversation, Operator, OperatorGroup, Ticket, TicketCard
from conversations.signals import ticket_assigned
from conversations.tickets import lines, office_hours, opening, operator_cards
from conversations.tickets.threads import thread_of
from conversations.tickets.ticket_changes import Kind, record
from conversations.wording import handoff_texts


def locked(ticket: Ticket) -> Ticket:
    """The ticket as it is now, its conversation locked until the transaction ends."""
    asked = Ticket.objects.select_related("conversation__application", "conversation__member").get(pk=ticket.pk)
    conversation = Conversation.objects.locked(asked.conversation.application, asked.conversation.member)
    rows = Ticket.objects.select_related("operator__member", "operator__user", "group", "topic", "session")
    current = rows.get(pk=ticket.pk)
    current.conversation = conversation
    return current


def unfinished(ticket: Ticket) -> Ticket:
    """`locked`, for a ticket that is not closed. Raises `HandoffRefused` for one that is."""
    current = locked(ticket)
    if not current.is_unfinished:
        raise HandoffRefused(
            _("This ticket is closed."), code="ticket_closed", field="ticket", remedy=_("Take over the conversation.")
        )
    return current


@transaction.atomic
def take(
    ticket: Ticket,
    operator: Operator,
    *,
    on_phone: bool,
    take_over: bool = False,
    card: TicketCard | None = None,
    now: datetime,
) -> Ticket:
    """An operator answers a ticket from now on; the member is told who, and the cards of the others show it.

    With `take_over` also one that another operator has. Raises `HandoffRefused` if another one has it, if it is closed,
    and if the operator cannot take it.
    """
    ticket = unfinished(ticket)
    before = ticket.operator
    if before is not None and before.pk == operator.pk and ticket.on_phone == on_phone:
        return ticket
    if before is not None and before.pk != operator.pk and not take_over:
        fault = _("Taken by %s.") % before.name
        raise HandoffRefused(fault, code="ticket_taken", field="ticket", remedy=_("Take it over at the desk."))
    _check_may_take(ticket, operator, on_phone=on_phone)
    kind = Kind.TAKEN if before is None else Kind.TAKEN_OVER
    _assign(ticket, operator, kind=kind, by=operator, on_phone=on_phone, card=card, now=now)
    return ticket


@transaction.atomic
def assign(ticket: Ticket, to: Operator, *, by: Operator | None, now: datetime) -> Ticket:
    """Give a ticket to an operator, who answers at the desk, or on the phone if that is free."""
    ticket = unfinished(ticket)
    if ticket.operator_id == to.pk:
        return ticket
    on_phone = to.member_id is not None and _phone_is_free(ticket, to)
    _check_may_take(ticket, to, on_phone=on_phone)
    _assign(ticket, to, kind=Kind.ASSIGNED, by=by, on_phone=on_phone, card=None, now=now)
    return ticket


@transaction.atomic
def transfer(ticket: Ticket, group: OperatorGroup, *, by: Operator | None, now: datetime) -> Ticket:
    """Pass a ticket on to another group: it waits again, and the operators of that group get cards."""
    ticket = unfinished(ticket)
    if group.application_id != ticket.conversation.application_id:
        fault = _("“%s” answers members of another application.") % group
        raise HandoffRefused(fault, code="group_invalid", field="group", remedy=_("Choose another group."))
    _put_back(ticket, now=now, group=group)
    record(ticket, Kind.TRANSFERRED, by=by, group=group, at=now)
    with translation.override(ticket.conversation.language):
        messages.say(ticket.conversation, opening.promise(group, now), cid=ticket.cid)
    operator_cards.announce(ticket)
    return ticket


@transaction.atomic
def release(ticket: Ticket, *, by: Operator, now: datetime) -> Ticket:
    """The operator puts a ticket back: it waits again, and the operators of its group get new cards."""
    ticket = unfinished(ticket)
    _put_back(ticket, now=now, group=ticket.group)
    record(ticket, Kind.RELEASED, by=by, at=now)
    operator_cards.announce(ticket)
    return ticket


@transaction.atomic
def decline(ticket: Ticket, operator: Operator, *, now: datetime) -> Ticket:
    """Note that an operator does not take it; the others still may."""
    ticket = locked(ticket)
    if ticket.status == Ticket.Status.OPEN:
        record(ticket, Kind.DECLINED, by=operator, at=now)
    return ticket


def _assign(
    ticket: Ticket,
    operator: Operator,
    *,
    kind: Kind,
    by: Operator | None,
    on_phone: bool,
    card: TicketCard | None,
    now: datetime,
) -> None:
    before, was_on_phone = ticket.operator, ticket.on_phone
    ticket.operator, ticket.on_phone = operator, on_phone
    ticket.status, ticket.wait = Ticket.Status.ASSIGNED, Ticket.Wait.ANSWER
    ticket.taken_at = ticket.taken_at or now
    ticket.read_at = now
    ticket.save(update_fields=["operator", "on_phone", "status", "wait", "taken_at", "read_at"])
    record(ticket, kind, by=by, to=operator, at=now)
    _tell_member(ticket, before)
    if before is not None and was_on_phone and before.pk != operator.pk:
        _tell_phone(before, ticket, handoff_texts.moved_to, str(ticket.conversation.member), operator.name)
    if on_phone:
        _tell_operator(ticket, operator, is_assigned=by is not None and by.pk != operator.pk)
    operator_cards.close_all(ticket, but=card)
    ticket_assigned.send(Ticket, ticket=ticket)


def _tell_member(ticket: Ticket, before: Operator | None) -> None:
    operator = ticket.operator
    if operator is None or (before is not None and before.pk == operator.pk):
        return
    with translation.override(ticket.conversation.language):
        text_of = handoff_texts.answered_by if before is None else handoff_texts.now_by
        messages.say(ticket.conversation, text_of(operator.name), cid=ticket.cid)


def _tell_operator(ticket: Ticket, operator: Operator, *, is_assigned: bool) -> None:
    """The briefing of an operator on the phone: the member, how to leave, and the lines before."""
    earlier = lines.catch_up(ticket)
    with thread_of(operator, ticket.conversation.application) as thread:
        if thread is None:
            return
        name = str(ticket.conversation.member)
        text = handoff_texts.you_answer(name, earlier or (ticket.summary if is_assigned else ""))
        text = f"{handoff_texts.assigned_to_you(name)}\n{text}" if is_assigned else text
        messages.say(thread, text, cid=ticket.cid)


def _tell_phone(operator: Operator, ticket: Ticket, text_of: Callable[..., str], *values: str) -> None:
    """Tell an operator who has answered on the phone; the words are made in their language."""
    with thread_of(operator, ticket.conversation.application) as thread:
        if thread is not None:
            messages.say(thread, text_of(*values), cid=ticket.cid)


def _put_back(ticket: Ticket, *, now: datetime, group: OperatorGroup | None) -> None:
    before, was_on_phone = ticket.operator, ticket.on_phone
    ticket.operator, ticket.on_phone, ticket.group = None, False, group
    ticket.status, ticket.wait = Ticket.Status.OPEN, Ticket.Wait.ANSWER
    ticket.due_at = office_hours.answer_due(group, now) if group else None
    ticket.late_at = None
    ticket.save(update_fields=["operator", "on_phone", "group", "status", "wait", "due_at", "late_at"])
    if before is not None and was_on_phone:
        _tell_phone(before, ticket, handoff_texts.released, str(ticket.conversation.member))
    operator_cards.close_all(ticket)


def _check_may_take(ticket: Ticket, operator: Operator, *, on_phone: bool) -> None:
    if not operator.enabled:
        fault = _("%s is switched off.") % operator.name
        raise HandoffRefused(fault, code="operator_disabled", field="operator", remedy=_("Choose another operator."))
    if operator.member_id == ticket.conversation.member_id:
        fault, remedy = _("This is the operator's own question."), _("Leave it to another operator.")
        raise HandoffRefused(fault, code="operator_asks", field="operator", remedy=remedy)
    if not on_phone:
        return
    if _waits(ticket, operator):
        fault, remedy = _("You wait for a person yourself."), _("Send “/bot” first, then take it.")
        raise HandoffRefused(fault, code="operator_waits", field="operator", remedy=remedy)
    if not _phone_is_free(ticket, operator):
        fault, remedy = _("You write with another member already."), _("Send “/done” or “/close” first, then take it.")
        raise HandoffRefused(fault, code="phone_busy", field="operator", remedy=remedy)


def _phone_is_free(ticket: Ticket, operator: Operator) -> bool:
    mine = Ticket.objects.filter(operator=operator, status=Ticket.Status.ASSIGNED, on_phone=True)
    return not mine.exclude(pk=ticket.pk).exists() and not _waits(ticket, operator)


def _waits(ticket: Ticket, operator: Operator) -> bool:
    """Whether the operator is a member who waits for a person in the same chat."""
    theirs = Ticket.objects.silencing().filter(conversation__application=ticket.conversation.application_id)
    return theirs.filter(conversation__member=operator.member_id).exists()
