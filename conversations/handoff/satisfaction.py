"""Satisfaction: asked once, after an operator has answered, on a card with five choices."""

from datetime import datetime

from conversations.delivery import messages
from conversations.delivery.card_names import named
from conversations.models import Conversation, Desk, Ticket
from conversations.tickets.ticket_changes import Kind, record
from conversations.wording import handoff_texts, rating_texts
from wecom.contents import Button, ButtonCard

TASK = "rating-"


def ask(ticket: Ticket) -> None:
    """Ask the member, if an operator has answered and the desk sends cards."""
    desk = Desk.objects.of(ticket.conversation.application)
    if ticket.answered_at is None or (desk is not None and not desk.progress_cards):
        return
    buttons = tuple(Button(key=str(key), text=str(text)) for key, text in rating_texts.RATINGS.items())
    card = ButtonCard(title=rating_texts.how_was_it(), buttons=buttons)
    card = named(card, f"{TASK}{ticket.pk}-", cid=ticket.cid)
    ticket.rating_task_id = card.task_id
    ticket.save(update_fields=["rating_task_id"])
    messages.say_content(ticket.conversation, card, cid=ticket.cid)


def is_card(task_id: str) -> bool:
    """Whether this task ID is one of these cards."""
    return task_id.startswith(TASK)


def press(conversation: Conversation, task_id: str, key: str, *, now: datetime) -> str:
    """Keep the first choice; a second tap shows it. Returns the words that take the place of the buttons."""
    ticket = Ticket.objects.filter(conversation=conversation, rating_task_id=task_id).first()
    if ticket is None or not key.isdecimal() or int(key) not in rating_texts.RATINGS:
        return handoff_texts.is_over()
    if ticket.rating is None:
        ticket.rating = int(key)
        ticket.save(update_fields=["rating"])
        record(ticket, Kind.RATED, text=key, at=now)
    return rating_texts.thanks_for_rating(ticket.rating)
