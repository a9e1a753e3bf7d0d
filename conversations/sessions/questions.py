"""Questions as people see them: a card with buttons, which is greyed once its question is over, or a numbered list."""

import secrets

from conversations import wording
from conversations.delivery import channel
from conversations.machine.values import Ask
from conversations.models import Content, Conversation, Message
from core.text.slot_values import is_blank, numbered_labels
from wecom.contents import Button, ButtonCard
from wecom.exceptions import ContentError

RECENT = 10  # cards of one person among which that of the open question is looked for


def words(ask: Ask) -> str:
    """The question as text. One whose placeholders all came out empty is still a question."""
    labels = [choice.label for choice in ask.choices]
    text = ask.text
    if is_blank(text):
        text = wording.please_choose() if labels else wording.please_answer()
    return wording.question(text, labels)


def card(ask: Ask, task_id: str) -> ButtonCard | None:
    """The question as a card with buttons, or None where it has no choices or does not fit one."""
    if not ask.choices or not ask.as_card:
        return None
    first, _, rest = ask.text.strip().partition("\n")
    labels = numbered_labels(choice.label for choice in ask.choices)
    for title, text in ((first, rest.strip()), (wording.please_choose(), ask.text.strip())):
        try:
            buttons = [Button(key=choice.value, text=label) for choice, label in zip(ask.choices, labels, strict=True)]
            return ButtonCard(title=title, text=text, buttons=tuple(buttons), task_id=task_id)
        except ContentError:
            continue
    return None


def new_task_id(session: int, revision: int) -> str:
    """A name for a card that no other has."""
    return f"session-{session}-{revision}-{secrets.token_hex(4)}"


def is_of(task_id: str, session: int) -> bool:
    """Whether this session showed the card of this name."""
    return task_id.startswith(f"session-{session}-")


def close_card(conversation: Conversation, task_id: str, shown: str) -> None:
    """Let the card of this name show a greyed text instead of its buttons, without a tap on it.

    Each card can be changed so once. One that nobody knows to have arrived is left; a tap on it finds it closed.
    """
    cards = Message.objects.filter(
        application=conversation.application_id,
        member=conversation.member_id,
        direction=Message.Direction.OUT,
        content__kind=Content.Kind.CARD,
    )
    for message in cards.select_related("outbound").order_by("-created_at", "-pk")[:RECENT]:
        outbound = message.outbound
        if outbound is not None and outbound.content.get("task_id") == task_id:
            if outbound.response_code:
                channel.update_card(conversation.application, conversation.member, outbound.response_code, shown)
            return
