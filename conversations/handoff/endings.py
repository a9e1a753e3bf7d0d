"""How a hand-off ends: handed back, solved, left by the member, or closed after a long silence.

It ends once, with one closing text, and the session goes on where it was: its question is asked again.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import translation

from conversations.delivery import messages
from conversations.delivery.causes import Cause, because
from conversations.errands import worker
from conversations.handoff import satisfaction
from conversations.machine.places import Act
from conversations.models import Conversation, Operator, Session, Ticket
from conversations.sessions import current, runner
from conversations.signals import ticket_closed
from conversations.tickets import operator_cards
from conversations.tickets.assignment import locked
from conversations.tickets.threads import thread_of
from conversations.tickets.ticket_changes import Kind, record
from conversations.wording import handoff_texts

logger = logging.getLogger(__name__)

Outcome = Ticket.Outcome


@because(Cause.HANDOFF)
@transaction.atomic
def end(
    ticket: Ticket, outcome: Outcome, *, by: Operator | None = None, from_phone: bool = False, now: datetime
) -> bool:
    """End a hand-off; False, without a message, if it had ended already.

    `by` is the operator who ended it; `from_phone` means that they did so on their phone.
    """
    ticket = locked(ticket)
    if not ticket.is_unfinished:
        return False
    was_silent, was_on_phone = ticket.is_silencing, ticket.on_phone
    ticket.status, ticket.outcome, ticket.closed_at, ticket.on_phone = Ticket.Status.CLOSED, outcome, now, False
    ticket.save(update_fields=["status", "outcome", "closed_at", "on_phone"])
    record(ticket, Kind.CLOSED, by=by, text=outcome, at=now)
    logger.info("A ticket was closed.", extra={"cid": ticket.cid, "ticket": ticket.pk, "outcome": outcome})
    if was_on_phone:
        _tell_operator(ticket, outcome, from_phone=from_phone)
    operator_cards.close_all(ticket)
    with translation.override(ticket.conversation.language):
        _tell_member(ticket, outcome)
        satisfaction.ask(ticket)
    if was_silent:
        go_on(ticket.conversation, cid=ticket.cid, now=now)
    ticket_closed.send(Ticket, ticket=ticket)
    return True


def go_on(conversation: Conversation, *, cid: str, now: datetime) -> None:
    """The bot speaks again: the question of the running session follows, or the errand held during the hand-off."""
    session = Session.objects.active_in(conversation)
    if session is not None and not current.is_calling(session):
        runner.advance(session, Act.RESUME, cid=cid, now=now)
    else:
        worker.resume_held(conversation)


def _tell_member(ticket: Ticket, outcome: Outcome) -> None:
    by_operator = outcome in (Outcome.SOLVED, Outcome.HANDED_BACK) and ticket.operator is not None
    text = handoff_texts.ended_by(ticket.operator.name) if by_operator and ticket.operator else None
    messages.say(ticket.conversation, text or handoff_texts.bot_is_back(), cid=ticket.cid)


def _tell_operator(ticket: Ticket, outcome: Outcome, *, from_phone: bool) -> None:
    with thread_of(ticket.operator, ticket.conversation.application) as thread:
        if thread is None:
            return
        name = str(ticket.conversation.member)
        if outcome == Outcome.LEFT:
            text = handoff_texts.member_left(name)
        elif not from_phone:
            text = handoff_texts.ended_elsewhere(name)
        else:
            text = handoff_texts.closed(name) if outcome == Outcome.SOLVED else handoff_texts.handed_back(name)
        messages.say(thread, text, cid=ticket.cid)
