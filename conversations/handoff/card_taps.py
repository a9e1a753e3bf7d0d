"""Taps on the cards of a hand-off: the choice of a member, and whether an operator takes a ticket."""

from datetime import datetime

from conversations.delivery import messages
from conversations.delivery.causes import Cause, because
from conversations.exceptions import HandoffRefused
from conversations.handoff import endings, handoff_requests, late_answers, satisfaction
from conversations.models import Conversation, Ticket, TicketCard
from conversations.tickets import assignment, operator_cards
from conversations.wording import flow_texts, handoff_texts
from wecom.messages import Event


@because(Cause.HANDOFF)
def press(conversation: Conversation, event: Event, *, cid: str, now: datetime) -> str | None:
    """Do the act of a button. Returns the text that replaces the buttons; None for a card of another kind."""
    if satisfaction.is_card(event.task_id):
        return satisfaction.press(conversation, event.task_id, event.event_key, now=now)
    if event.task_id.startswith(handoff_requests.TASK):
        return _choose(conversation, event.event_key, cid=cid, now=now)
    card = operator_cards.find(conversation, event.task_id)
    if card is not None:
        return _answer_card(conversation, card, event.event_key, cid=cid, now=now)
    return None


def _choose(conversation: Conversation, key: str, *, cid: str, now: datetime) -> str:
    """A member's choice on an offer. One that is late does nothing but say so."""
    ticket = Ticket.objects.unfinished_in(conversation)
    if key == handoff_requests.PERSON:
        handoff_requests.ask_for_person(conversation, reason=Ticket.Reason.MISSES, cid=cid, now=now)
        return flow_texts.chosen(handoff_texts.reach_person())
    if key == handoff_requests.LEAVE_MESSAGE and (ticket is None or ticket.status == Ticket.Status.OPEN):
        handoff_requests.begin_message(conversation, cid=cid, now=now)
        return flow_texts.chosen(handoff_texts.leave_message())
    if ticket is None or ticket.status != Ticket.Status.OPEN:
        return flow_texts.over()
    if key == handoff_requests.BOT:
        endings.end(ticket, Ticket.Outcome.LEFT, now=now)
        return flow_texts.chosen(handoff_texts.back_to_bot())
    late_answers.keep_waiting(conversation, cid=cid)
    return flow_texts.chosen(handoff_texts.keep_waiting())


def _answer_card(conversation: Conversation, card: TicketCard, key: str, *, cid: str, now: datetime) -> str:
    """An operator takes a ticket, or does not. Of two who take it at once, one reads that the other has it."""
    ticket = card.ticket
    if key == operator_cards.DECLINE:
        ticket = assignment.decline(ticket, card.operator, now=now)
        return operator_cards.shown_for(ticket, card.operator)
    try:
        ticket = assignment.take(ticket, card.operator, on_phone=True, card=card, now=now)
    except HandoffRefused as error:
        messages.say(conversation, str(error), cid=cid)
        ticket.refresh_from_db()
        return handoff_texts.not_taken() if ticket.status == Ticket.Status.OPEN else _shown(ticket, card)
    TicketCard.objects.filter(pk=card.pk).update(closed_at=now)
    return _shown(ticket, card)


def _shown(ticket: Ticket, card: TicketCard) -> str:
    return operator_cards.shown_for(ticket, card.operator)
