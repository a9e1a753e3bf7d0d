"""A member wants a person: passed on while people are there; else told when they are, with a message to leave."""

from datetime import datetime

from conversations.delivery import messages
from conversations.delivery.card_names import named
from conversations.handoff.request_topic import topic_asked_about
from conversations.machine.commands import HUMAN
from conversations.models import Conversation, Desk, Message, OperatorGroup, Ticket, Topic
from conversations.tickets import lines, office_hours, opening, operator_cards
from conversations.wording import handoff_texts, working_day_texts
from wecom.contents import Button, ButtonCard

TASK = "handoff-"
PERSON, LEAVE_MESSAGE, WAIT, BOT = "person", "message", "wait", "bot"


def ask_for_person(
    conversation: Conversation,
    *,
    reason: Ticket.Reason = Ticket.Reason.ASKED,
    topic: Topic | None = None,
    cid: str,
    now: datetime,
) -> bool:
    """Pass a member on to people; False, without a message, if the application has none.

    Without a topic it is that of the answer before. Outside office hours the member is told when people are there, and
    may leave a message.
    """
    topic = topic or topic_asked_about(conversation, now)
    group = OperatorGroup.objects.for_topic(conversation.application, topic)
    if group is None:
        return False
    waiting = Ticket.objects.unfinished_in(conversation)
    if waiting is not None:
        messages.say(conversation, where_it_stands(waiting), cid=cid)
    elif office_hours.is_open(group, now):
        opening.pass_on(conversation, group, reason=reason, topic=topic, cid=cid, now=now)
    else:
        _offer_message(conversation, group, cid=cid, now=now)
    return True


def where_it_stands(ticket: Ticket) -> str:
    """The reply to a member who asks for a person again."""
    if ticket.operator is not None:
        return handoff_texts.with_person(ticket.operator.name)
    before = Ticket.objects.filter(status=Ticket.Status.OPEN, group=ticket.group, pk__lt=ticket.pk).count()
    return handoff_texts.still_waiting(ticket.group.name if ticket.group else "", before)


def begin_message(conversation: Conversation, text: str = "", *, cid: str, now: datetime) -> bool:
    """Take a member's message, or ask for it; False if the application has no operators."""
    topic = topic_asked_about(conversation, now)
    group = OperatorGroup.objects.for_topic(conversation.application, topic)
    if group is None:
        return False
    ticket = Ticket.objects.unfinished_in(conversation)
    if ticket is None:
        reason, wait = Ticket.Reason.MESSAGE, Ticket.Wait.MESSAGE
        ticket = opening.open_ticket(conversation, group, reason=reason, topic=topic, wait=wait, cid=cid, now=now)
    elif ticket.status == Ticket.Status.OPEN:
        Ticket.objects.filter(pk=ticket.pk).update(wait=Ticket.Wait.MESSAGE, due_at=None)
        ticket.wait = Ticket.Wait.MESSAGE
    if text and ticket.status == Ticket.Status.OPEN:
        newest = conversation.messages().filter(direction=Message.Direction.IN).order_by("-created_at", "-pk").first()
        if newest is not None:
            lines.from_member(ticket, newest, now=now)
        message_left(ticket, cid=cid, now=now)
    else:
        messages.say(conversation, handoff_texts.write_message(), cid=cid)
    return True


def message_left(ticket: Ticket, *, cid: str, now: datetime) -> None:
    """The message is written: the operators get cards, the member reads when it will be read, and the bot is back."""
    Ticket.objects.filter(pk=ticket.pk).update(wait=Ticket.Wait.LATER)
    ticket.wait = Ticket.Wait.LATER
    group = ticket.group
    if group is None or office_hours.is_open(group, now):
        text = handoff_texts.message_kept(group.name if group else "", None)
    else:
        text = handoff_texts.message_kept(group.name, office_hours.next_opening(group, now))
        text = working_day_texts.promised(text, office_hours.unknown_year(group, now))
    messages.say(ticket.conversation, text, cid=cid)
    if not ticket.cards.exists():
        operator_cards.announce(ticket)


def offer_person(conversation: Conversation, *, cid: str) -> bool:
    """Offer a person with one tap, or in words where the desk sends no cards; False without operators."""
    if OperatorGroup.objects.for_topic(conversation.application, None) is None:
        return False
    offer(conversation, handoff_texts.offer_person(), ((PERSON, handoff_texts.reach_person()),), HUMAN.name, cid=cid)
    return True


def offer(
    conversation: Conversation, question: str, choices: tuple[tuple[str, str], ...], otherwise: str, *, cid: str
) -> None:
    """A card with a button for each choice; `otherwise` says how to choose where the desk sends no cards."""
    desk = Desk.objects.of(conversation.application)
    if desk is not None and not desk.progress_cards:
        messages.say(conversation, f"{question}\n{otherwise}", cid=cid)
        return
    first, _, rest = question.partition("\n")
    card = ButtonCard(
        title=first if operator_cards.fits(first) else handoff_texts.reach_person(),
        text=rest if operator_cards.fits(first) else question,
        buttons=tuple(Button(key=key, text=text) for key, text in choices),
    )
    messages.say_content(conversation, named(card, TASK, cid=cid), cid=cid)


def _offer_message(conversation: Conversation, group: OperatorGroup, *, cid: str, now: datetime) -> None:
    text = handoff_texts.nobody_there(group.name, office_hours.next_opening(group, now))
    text = working_day_texts.promised(text, office_hours.unknown_year(group, now))
    how = handoff_texts.how_to_leave_message()
    offer(conversation, text, ((LEAVE_MESSAGE, handoff_texts.leave_message()),), how, cid=cid)
