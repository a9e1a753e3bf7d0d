"""Hand-offs without an answer in time: the member is told once and chooses. Forgotten tickets are handed back."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation

from conversations.delivery import messages
from conversations.handoff import endings, handoff_requests
from conversations.models import Conversation, Ticket
from conversations.tickets import lines
from conversations.tickets.assignment import locked
from conversations.tickets.ticket_changes import Kind, record
from conversations.wording import handoff_texts
from core.exceptions import OpenUserError

logger = logging.getLogger(__name__)

AT_ONCE = 200


def follow_tickets(*, now: datetime) -> int:
    """Tell members who wait too long, hand back forgotten tickets, send files that have come. Returns how many."""
    late = Ticket.objects.late(now).filter(late_at=None)
    silent_since = now - timedelta(hours=settings.CONVERSATIONS["HANDOFF_SILENCE_HOURS"])
    forgotten = Ticket.objects.silencing().filter(last_line_at__lte=silent_since, opened_at__lte=silent_since)
    # Passed on over a weekend, a member waits for Monday.
    forgotten = forgotten.exclude(status=Ticket.Status.OPEN, due_at__gt=now)
    count = lines.carry_files()
    for rows, act in ((late, _tell_late), (forgotten, _hand_back_forgotten)):
        for ticket in rows.order_by("pk")[:AT_ONCE]:
            count += _try(ticket, act, now)
    return count


def keep_waiting(conversation: Conversation, *, cid: str) -> None:
    """Confirm that the member goes on waiting. The next message comes from the operator who takes over."""
    messages.say(conversation, handoff_texts.goes_on_waiting(), cid=cid)


def _try(ticket: Ticket, act: Callable[[Ticket, datetime], bool], now: datetime) -> bool:
    """One ticket; its error is logged, so that those after it are not blocked."""
    try:
        return act(ticket, now)
    except OpenUserError as error:
        logger.warning("A ticket was not followed.", extra={"ticket": ticket.pk, "code": error.code})
        return False


@transaction.atomic
def _tell_late(ticket: Ticket, now: datetime) -> bool:
    ticket = locked(ticket)
    if ticket.status != Ticket.Status.OPEN or ticket.wait != Ticket.Wait.ANSWER or ticket.late_at is not None:
        return False
    ticket.late_at = now
    ticket.save(update_fields=["late_at"])
    record(ticket, Kind.LATE, at=now)
    conversation = ticket.conversation
    with translation.override(conversation.language):
        choices = (
            (handoff_requests.WAIT, handoff_texts.keep_waiting()),
            (handoff_requests.LEAVE_MESSAGE, handoff_texts.leave_message()),
            (handoff_requests.BOT, handoff_texts.back_to_bot()),
        )
        text = handoff_texts.takes_longer(ticket.group.name if ticket.group else "")
        handoff_requests.offer(conversation, text, choices, handoff_texts.how_to_go_on(), cid=ticket.cid)
    return True


def _hand_back_forgotten(ticket: Ticket, now: datetime) -> bool:
    return endings.end(ticket, Ticket.Outcome.SILENCE, now=now)
