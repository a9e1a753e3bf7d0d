"""A step of a flow that passes the member on to people: the session waits until they hand back, or goes on at once."""

from datetime import datetime

from conversations.delivery import messages
from conversations.machine.effects import HandOff
from conversations.models import Desk, OperatorGroup, Session, Ticket, Topic
from conversations.tickets import office_hours, opening, operator_cards
from conversations.wording import handoff_texts, small_talk_texts, working_day_texts


def pass_on(session: Session, effect: HandOff, *, cid: str, now: datetime) -> bool:
    """Pass the member on; False if the session goes on at once, outside office hours or without operators.

    The answers in the flow are in the summary: outside office hours that is the message.
    """
    conversation = session.conversation
    topic = Topic.objects.filter(pk=effect.topic).first() if effect.topic else None
    group = OperatorGroup.objects.for_topic(conversation.application, topic)
    if group is None:
        contact = Desk.objects.contact_of(conversation.application)
        messages.say(conversation, small_talk_texts.person(contact), cid=cid)
        return False
    reason = Ticket.Reason.STEP
    waiting = Ticket.objects.unfinished_in(conversation)
    if waiting is not None:
        # A message that was left before: the same people answer it now.
        opening.ask_again(waiting, cid=cid, now=now)
        return True
    if office_hours.is_open(group, now):
        opening.pass_on(conversation, group, reason=reason, topic=topic, cid=cid, now=now)
        return True
    wait = Ticket.Wait.LATER
    ticket = opening.open_ticket(conversation, group, reason=reason, topic=topic, wait=wait, cid=cid, now=now)
    words = handoff_texts.message_kept(group.name, office_hours.next_opening(group, now))
    messages.say(conversation, working_day_texts.promised(words, office_hours.unknown_year(group, now)), cid=cid)
    operator_cards.announce(ticket)
    return False
