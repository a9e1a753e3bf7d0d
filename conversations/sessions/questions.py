"""Questions as members see them: a card with buttons, disabled once the question is over, or a numbered list."""

import secrets

from conversations.delivery import messages
from conversations.machine.values import Ask
from conversations.models import Content, Conversation, Message
from conversations.wording import flow_texts
from core.text.slot_values import is_blank, numbered_labels
from wecom.contents import Button, ButtonCard
from wecom.exceptions import ContentError

RECENT = 10  # cards of a member that are searched for the task ID


def question_text(ask: Ask) -> str:
    """The question as text, with a standard text if its placeholders are all empty."""
    labels = [choice.label for choice in ask.choices]
    text = ask.text
    if is_blank(text):
        text = flow_texts.please_choose() if labels else flow_texts.please_answer()
    return flow_texts.question(text, labels)


def question_card(ask: Ask, task_id: str) -> ButtonCard | None:
    """The question as a card with buttons; None if it has no choices or is too long for a card."""
    if not ask.choices or not ask.as_card:
        return None
    first, _, rest = ask.text.strip().partition("\n")
    labels = numbered_labels(choice.label for choice in ask.choices)
    for title, text in ((first, rest.strip()), (flow_texts.please_choose(), ask.text.strip())):
        try:
            buttons = [Button(key=choice.value, text=label) for choice, label in zip(ask.choices, labels, strict=True)]
            return ButtonCard(title=title, text=text, buttons=tuple(buttons), task_id=task_id)
        except ContentError:
            continue
    return None


def new_task_id(session: int, revision: int) -> str:
    """A unique task ID for a card."""
    return f"session-{session}-{revision}-{secrets.token_hex(4)}"


def is_card_of(task_id: str, session: int) -> bool:
    """Whether this session sent the card with this task ID."""
    return task_id.startswith(f"session-{session}-")


def close_card(conversation: Conversation, task_id: str, shown: str) -> None:
    """Replace the buttons of the card with this task ID by a text, without a tap on it.

    That is possible once for each card, and only after its delivery; a tap on another card finds it closed.
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
                messages.update_card(conversation.application, conversation.member, outbound.response_code, shown)
            return
