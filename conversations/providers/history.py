"""The conversation before a question, as language models expect it: turns of a member and of the digital human."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils import translation

from conversations.models import Content, Conversation, Message
from conversations.wording import chat_texts

SAID = (Content.Kind.TEXT, Content.Kind.VIDEO)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One side's text; `role` is the protocol's name for that side."""

    role: str
    text: str


def turns_before(conversation: Conversation, question: str, *, most: int, budget: int) -> list[Turn]:
    """The last `most` messages before the question, in at most `budget` characters; oldest first.

    They begin with the member and alternate, because some models require that.
    """
    # The question may be stored already, and so may later messages.
    stored = conversation.messages().filter(content__kind__in=SAID).select_related("content")
    rows = list(stored.order_by("-created_at", "-pk")[: 2 * most + 2])
    return list(_merged(_fitting(_before(rows, question)[:most], budget)))


def _before(rows: Sequence[Message], question: str) -> list[Message]:
    """The messages before the question, newest first. A late answer counts as part of its own question."""
    number = next((number for number, row in enumerate(rows) if _is_theirs(row) and row.content.text == question), None)
    if number is None:
        return [row for row in rows if not _is_notice(row)]
    earlier = rows[number + 1 :]
    asked = {row.cid for row in earlier if _is_theirs(row)} - {""}
    answers = [row for row in rows[:number] if not _is_theirs(row) and row.cid in asked]
    return [row for row in (*answers, *earlier) if not _is_notice(row)]


def _fitting(rows: Sequence[Message], budget: int) -> list[Turn]:
    """The newest turns that fit into the budget, oldest first."""
    turns: list[Turn] = []
    for row in rows:
        text = row.content.text.strip()
        budget -= len(text)
        if budget < 0:
            break
        if text:
            turns.append(Turn(role="user" if _is_theirs(row) else "assistant", text=text))
    return turns[::-1]


def _merged(turns: Sequence[Turn]) -> Iterator[Turn]:
    """Questions and answers in turn. Unanswered questions are left out, so that the model does not answer them."""
    asked: Turn | None = None
    answer = ""
    for turn in turns:
        if turn.role == "assistant":
            answer = f"{answer}\n{turn.text}".strip()
            continue
        if asked and answer:
            yield from (asked, Turn(role="assistant", text=answer))
        asked, answer = turn, ""
    if asked and answer:
        yield from (asked, Turn(role="assistant", text=answer))


def _is_theirs(row: Message) -> bool:
    return row.direction == Message.Direction.IN


def _is_notice(row: Message) -> bool:
    """Whether it is a notice that there is no answer; a model would imitate it."""
    return not _is_theirs(row) and row.content.text.startswith(_notices())


@cache
def _notices() -> tuple[str, ...]:
    """How notices begin; examples and people to turn to may follow."""
    texts = (chat_texts.looking_up, chat_texts.no_answer_in_time, chat_texts.not_understood)
    notices = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            notices += [text() for text in (*texts, chat_texts.still_not_understood, chat_texts.did_you_ask)]
    return tuple(notices)
