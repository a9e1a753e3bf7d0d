"""Opens tickets: a member is passed on to the group of a topic, whose operators get cards, and the bot is silent."""

import logging
from datetime import datetime

from conversations.delivery import messages
from conversations.models import Conversation, Operator, OperatorGroup, Session, Ticket, Topic
from conversations.signals import ticket_opened
from conversations.tickets import office_hours, operator_cards
from conversations.tickets.summary import summary_of
from conversations.tickets.ticket_changes import Kind, record
from conversations.wording import handoff_texts, working_day_texts

logger = logging.getLogger(__name__)

Reason = Ticket.Reason
Wait = Ticket.Wait


def open_ticket(
    conversation: Conversation,
    group: OperatorGroup | None,
    *,
    reason: Reason,
    topic: Topic | None = None,
    wait: Wait = Wait.ANSWER,
    operator: Operator | None = None,
    cid: str,
    now: datetime,
) -> Ticket:
    """Open a ticket for a member whose conversation is locked and who has none; it sends no message.

    With an `operator` it is theirs from the beginning.
    """
    session = Session.objects.active_in(conversation)
    ticket = Ticket.objects.create(
        conversation=conversation,
        session=session,
        group=group,
        topic=topic,
        reason=reason,
        wait=wait,
        operator=operator,
        status=Ticket.Status.ASSIGNED if operator else Ticket.Status.OPEN,
        taken_at=now if operator else None,
        summary=summary_of(conversation, session),
        opened_at=now,
        due_at=_due(group, now) if wait == Wait.ANSWER else None,
        last_line_at=now,
        cid=cid,
    )
    record(ticket, Kind.OPENED, by=operator, group=group, at=now)
    logger.info("A ticket was opened.", extra={"cid": cid, "ticket": ticket.pk, "reason": reason})
    ticket_opened.send(Ticket, ticket=ticket)
    return ticket


def pass_on(
    conversation: Conversation, group: OperatorGroup, *, reason: Reason, topic: Topic | None, cid: str, now: datetime
) -> Ticket:
    """Open a ticket that waits for an operator; the member and the operators are told."""
    ticket = open_ticket(conversation, group, reason=reason, topic=topic, cid=cid, now=now)
    messages.say(conversation, promise(group, now), cid=cid)
    operator_cards.announce(ticket)
    return ticket


def promise(group: OperatorGroup, now: datetime) -> str:
    """The reply to a member who is passed on to a group: how soon it answers, or when it is there again."""
    if office_hours.is_open(group, now):
        text = handoff_texts.passed_on(group.name, group.answer_within)
    else:
        text = handoff_texts.passed_on_later(group.name, office_hours.next_opening(group, now))
    return working_day_texts.promised(text, office_hours.unknown_year(group, now))


def _due(group: OperatorGroup | None, now: datetime) -> datetime | None:
    return office_hours.answer_due(group, now) if group else None


def ask_again(ticket: Ticket, *, cid: str, now: datetime) -> None:
    """The member of a ticket waits for an answer, from now on."""
    if ticket.status == Ticket.Status.OPEN:
        ticket.wait, ticket.due_at, ticket.late_at = Wait.ANSWER, _due(ticket.group, now), None
        ticket.save(update_fields=["wait", "due_at", "late_at"])
    if ticket.group is not None:
        messages.say(ticket.conversation, promise(ticket.group, now), cid=cid)
