"""Offers members to tell them when their question has an answer: on a card, or in words."""

from datetime import datetime, timedelta

from conversations.delivery import messages
from conversations.delivery.card_names import named
from conversations.delivery.causes import Cause, because
from conversations.knowledge import unanswered_questions
from conversations.knowledge.likeness import plain
from conversations.models import Conversation, Desk, QuestionOccurrence, UnansweredQuestion
from conversations.wording import unanswered_texts as texts
from wecom.contents import Button, ButtonCard

TASK = "unanswered-"
RECENT = timedelta(days=1)
WISHES = frozenset(map(plain, ("tell me", "let me know", "告诉我", "有答案告诉我", "通知我")))


def note_unanswered(conversation: Conversation, text: str, *, cid: str, at: datetime) -> QuestionOccurrence | None:
    """Collect a question without an answer, and offer to tell. Call it after the reply that stands in for one."""
    row = unanswered_questions.record(conversation, text, cid=cid, at=at)
    if row is None or row.question.status == UnansweredQuestion.Status.DISMISSED or _is_told_later(row):
        return row
    desk = Desk.objects.of(conversation.application)
    with because(Cause.NOTICE, notice="offer_to_tell"):
        if desk is not None and not desk.progress_cards:
            messages.say(conversation, texts.offer_in_words(), cid=cid)
        else:
            messages.say_content(conversation, named(_card(row), TASK, cid=cid), cid=cid)
    return row


def is_card(task_id: str) -> bool:
    """Whether this task ID is one of a card that offers to tell."""
    return task_id.startswith(TASK)


def press(conversation: Conversation, key: str, *, cid: str) -> str:
    """Note the wish behind the button, and confirm it. Returns the text that replaces the button."""
    rows = QuestionOccurrence.objects.filter(conversation=conversation)
    row = rows.select_related("question").filter(pk=key).first() if key.isdecimal() else None
    return _wish(conversation, row, cid=cid)


def wishes(conversation: Conversation, text: str, *, cid: str, now: datetime) -> bool:
    """Note the wish that a text like “tell me” says, about the last question without an answer; False for others."""
    if plain(text) not in WISHES:
        return False
    rows = QuestionOccurrence.objects.filter(conversation=conversation, asked_at__gt=now - RECENT)
    row = rows.select_related("question").order_by("-asked_at", "-pk").first()
    if row is None:
        return False
    _wish(conversation, row, cid=cid)
    return True


def _wish(conversation: Conversation, row: QuestionOccurrence | None, *, cid: str) -> str:
    is_open = row is not None and row.question.status != UnansweredQuestion.Status.ANSWERED
    if row is not None and is_open:
        QuestionOccurrence.objects.filter(pk=row.pk).update(wants_answer=True)
    words = texts.noted() if is_open else texts.is_answered()
    with because(Cause.NOTICE, notice="offer_to_tell"):
        messages.say(conversation, words, cid=cid)
    return texts.button()


def _is_told_later(row: QuestionOccurrence) -> bool:
    """Whether this member waits for the answer already."""
    return row.question.occurrences.waiting().filter(conversation=row.conversation).exists()


def _card(row: QuestionOccurrence) -> ButtonCard:
    return ButtonCard(
        title=texts.offer(row.words),
        text=texts.offer_text(),
        buttons=(Button(key=str(row.pk), text=texts.button()),),
    )
