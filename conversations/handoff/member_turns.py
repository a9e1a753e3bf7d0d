"""What a member writes, taps or sends during a hand-off: it goes to the operator, and the bot is silent."""

from datetime import datetime

from conversations.delivery import messages
from conversations.delivery.causes import Cause, because
from conversations.handoff import endings, operator_turns, requests
from conversations.models import Content, Conversation, Message, Ticket
from conversations.providers.small_talk import talk_in
from conversations.providers.small_talk_phrases import Talk
from conversations.tickets import lines
from conversations.wording import handoff_texts

BOT = ("/bot", "/机器人")
HUMAN = ("/human", "/人工")
LEAVE_MESSAGE = ("/message", "/留言")


def is_silent(conversation: Conversation) -> bool:
    """Whether the bot is silent here: a person answers this member, or this member answers another one."""
    return Ticket.objects.concerning(conversation).exists()


@because(Cause.HANDOFF)
def handle(conversation: Conversation, message: Message, *, cid: str, now: datetime) -> bool:
    """Handle a message during a hand-off; False if there is none, and the bot answers.

    The conversation is locked, and `message` is recorded.
    """
    if not is_silent(conversation):  # as mostly: cheaper than all that a ticket comes with
        return False
    tickets = list(Ticket.objects.concerning(conversation))
    answered = next((one for one in tickets if one.conversation_id != conversation.pk), None)
    if answered is not None:
        operator_turns.handle(conversation, answered, message, cid=cid, now=now)
        return True
    _member_wrote(conversation, tickets[0], message, cid=cid, now=now)
    return True


def paused_words(conversation: Conversation) -> str | None:
    """What a member reads who presses a button of the menu during a hand-off; None if there is none."""
    ticket = Ticket.objects.concerning(conversation).first()
    if ticket is None:
        return None
    if ticket.conversation_id != conversation.pk:
        return handoff_texts.you_answer(str(ticket.conversation.member), "")
    return requests.where_it_stands(ticket)


def _member_wrote(conversation: Conversation, ticket: Ticket, message: Message, *, cid: str, now: datetime) -> None:
    ticket.conversation = conversation
    text = message.content.text.strip() if message.content.kind == Content.Kind.TEXT else ""
    command = text.split(maxsplit=1)[0].replace("／", "/").lower() if text else ""
    if command in BOT:
        endings.end(ticket, Ticket.Outcome.LEFT, now=now)
    elif command in HUMAN or talk_in(text) == Talk.PERSON:
        messages.say(conversation, requests.where_it_stands(ticket), cid=cid)
    elif command in LEAVE_MESSAGE and ticket.status == Ticket.Status.OPEN:
        left = text.partition(" ")[2].strip()
        requests.begin_message(conversation, left, cid=cid, now=now)
        if left:
            endings.go_on(conversation, cid=cid, now=now)
    else:
        lines.from_member(ticket, message, now=now)
        if ticket.status == Ticket.Status.OPEN and ticket.wait == Ticket.Wait.MESSAGE:
            requests.message_left(ticket, cid=cid, now=now)
            endings.go_on(conversation, cid=cid, now=now)
