"""Questions as members see them: a card with buttons, disabled once the question is over, or a numbered list."""

from collections.abc import Sequence

from conversations.delivery import messages
from conversations.delivery.card_names import named
from conversations.machine.effects import Ask
from conversations.models import Content, Conversation, Message
from conversations.wording import flow_texts
from core.text.slot_values import Choice, is_blank, numbered_labels
from wecom.contents import Button, ButtonCard, Checkbox, Submit, VoteCard, plain_text
from wecom.contents import Choice as Box
from wecom.exceptions import ContentError
from wecom.messages import CardEvent, Event
from wecom.models import Outbound

MOST_BUTTONS = 6  # of a card
VOTE = "question"  # the key of the boxes and of the button that sends them
TASK = "session-"
RECENT = 10  # cards of a member that are searched for the task ID


def question_text(ask: Ask) -> str:
    """The question as text, with a standard text if its placeholders are all empty."""
    labels = [choice.label for choice in ask.choices]
    text = ask.text
    if is_blank(text):
        text = flow_texts.please_choose() if labels else flow_texts.please_answer()
    return flow_texts.question(text, labels)


def question_card(ask: Ask, name: str, *, cid: str) -> ButtonCard | VoteCard | None:
    """The question as a card: with buttons, or with boxes for more than six choices; None if it has no choices, or does
    not fit on a card."""
    if not ask.choices or not ask.as_card:
        return None
    said = plain_text(ask.text) if ask.markdown else ask.text  # cards show no Markdown
    first, _, rest = said.strip().partition("\n")
    build = _button_card if len(ask.choices) <= MOST_BUTTONS else _vote_card
    for title, text in ((first, rest.strip()), (flow_texts.please_choose(), said.strip())):
        try:
            return named(build(ask.choices, title, text), name, cid=cid)
        except ContentError:
            continue
    return None


def _button_card(choices: Sequence[Choice], title: str, text: str) -> ButtonCard:
    labels = numbered_labels(choice.label for choice in choices)
    buttons = [Button(key=choice.value, text=label) for choice, label in zip(choices, labels, strict=True)]
    return ButtonCard(title=title, text=text, buttons=tuple(buttons))


def _vote_card(choices: Sequence[Choice], title: str, text: str) -> VoteCard:
    labels = numbered_labels(choice.label for choice in choices)
    boxes = [Box(id=choice.value, text=label) for choice, label in zip(choices, labels, strict=True)]
    return VoteCard(
        title=title,
        description=text,
        checkbox=Checkbox(key=VOTE, choices=tuple(boxes)),
        submit=Submit(text=flow_texts.button_choose(), key=VOTE),
    )


def chosen_key(event: Event) -> str:
    """The choice of a tap: the key of its button, or the box that was ticked before the card was sent."""
    if isinstance(event, CardEvent) and event.event_key == VOTE:
        return next((option for choice in event.choices for option in choice.option_ids), "")
    return event.event_key


def button_label(conversation: Conversation, task_id: str, key: str) -> str:
    """The words on a button of a card that a member has; empty if the card is not found."""
    outbound = _card(conversation, task_id)
    buttons = outbound.content.get("button_list") or () if outbound else ()
    return next((str(button.get("text", "")) for button in buttons if button.get("key") == key), "")


def card_name(session: int, revision: int) -> str:
    """How the task ID of a card begins."""
    return f"{TASK}{session}-{revision}-"


def is_question(task_id: str) -> bool:
    """Whether a session sent the card with this task ID."""
    return task_id.startswith(TASK)


def is_card_of(task_id: str, session: int) -> bool:
    """Whether this session sent the card with this task ID."""
    return task_id.startswith(f"{TASK}{session}-")


def close_card(conversation: Conversation, task_id: str, shown: str) -> None:
    """Replace the buttons of the card with this task ID by a text, without a tap on it.

    That is possible once for each card, and only after its delivery; a tap on another card finds it closed.
    """
    outbound = _card(conversation, task_id)
    if outbound is not None and outbound.response_code:
        messages.update_card(conversation.application, conversation.member, outbound.response_code, shown)


def _card(conversation: Conversation, task_id: str) -> Outbound | None:
    """The card with this task ID among the newest that a member got."""
    cards = Message.objects.filter(
        application=conversation.application_id,
        member=conversation.member_id,
        direction=Message.Direction.OUT,
        content__kind=Content.Kind.CARD,
    )
    sent = (message.outbound for message in cards.select_related("outbound").order_by("-created_at", "-pk")[:RECENT])
    return next((outbound for outbound in sent if outbound and outbound.content.get("task_id") == task_id), None)
