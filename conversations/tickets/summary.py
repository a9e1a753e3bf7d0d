"""The summary for an operator before the first answer: the last lines, and the answers in the running flow."""

from collections.abc import Collection, Sequence

from conversations.flows import publication
from conversations.models import Content, Conversation, Message, Session, SessionCaller
from conversations.wording import handoff_texts
from core.text.slot_values import RECEIVED, SlotType

LINES, WIDTH = 8, 160  # characters of a line
SAID = (Content.Kind.TEXT, Content.Kind.VIDEO, Content.Kind.CARD)


def summary_of(conversation: Conversation, session: Session | None) -> str:
    """The summary in the active language."""
    rows = list(conversation.messages().select_related("content").order_by("-created_at", "-pk")[:LINES])
    return handoff_texts.summary([line(row, conversation) for row in reversed(rows)], _answers(session))


def line(message: Message, conversation: Conversation) -> str:
    """One message in a line, with who said it."""
    content = message.content
    text = " ".join(content.text.split()) or f"[{content.get_kind_display()}]"
    text = text if len(text) <= WIDTH else f"{text[:WIDTH]}…"
    is_theirs = message.direction == Message.Direction.IN
    return handoff_texts.line_of(str(conversation.member), text) if is_theirs else handoff_texts.bot_said(text)


def files_of(session: Session | None) -> Sequence[tuple[str, str]]:
    """The files that answer questions of a session: each step with the name of its file, in the order of the flows."""
    if session is None:
        return []
    around = session.callers.select_related("version") if session.depth else ()
    return [answer for level in (*around, session) for answer in _answers_in(level, only=RECEIVED)]


def _answers(session: Session | None) -> Sequence[tuple[str, str]]:
    """The answers of a session as its steps name them, with the labels of choices; those of flows around it first."""
    if session is None:
        return []
    around = session.callers.select_related("version") if session.depth else ()
    return [answer for level in (*around, session) for answer in _answers_in(level)]


def _answers_in(
    standing: Session | SessionCaller, *, only: Collection[SlotType] = tuple(SlotType)
) -> Sequence[tuple[str, str]]:
    machine = publication.readable(standing.version)
    if machine is None:
        return []
    asked = {node.slot.name: node for node in reversed(machine.nodes) if node.slot}
    answers: list[tuple[str, str]] = []
    for name, value in standing.slots.items():
        node = asked.get(name)
        if (node.slot.type if node and node.slot else SlotType.TEXT) not in only:
            continue
        label = node.slot.label(value, language=machine.language) if node and node.slot else value
        shown = standing.labels.get(name, label)
        answers.append((node.name if node else name, shown))
    return answers
