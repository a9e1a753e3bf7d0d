"""Questions without an answer: administrators answer or dismiss them, and members who wished so are told."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from conversations.delivery import messages
from conversations.delivery.causes import Cause, because
from conversations.exceptions import QuestionSettled
from conversations.handoff import member_turns
from conversations.knowledge import answer_retrieval
from conversations.knowledge.answer_changes import save_answer
from conversations.knowledge.unanswered_questions import different
from conversations.models import Answer, Conversation, QuestionOccurrence, Session, Ticket, UnansweredQuestion
from conversations.replies import answers
from conversations.wording import unanswered_texts
from core.parties.acting_client import client_name

BATCH = 200  # members told in one pass
Status = UnansweredQuestion.Status


@transaction.atomic
def answer_question(question: UnansweredQuestion, answer: Answer, *, by: Any = None) -> Answer:
    """Let an answer of the table answer a question: it gets its wordings, and members who wished so are told.

    Raises `QuestionSettled` if another account was faster.
    """
    row = _open(question)
    added = different(row.wordings, known=answer.wordings)
    answer.other_wordings = "\n".join([*answer.other_wordings.splitlines(), *added]).strip()
    save_answer(answer)
    _settle(row, Status.ANSWERED, by=by, answer=answer, added_wordings="\n".join(added))
    return answer


@transaction.atomic
def dismiss_question(question: UnansweredQuestion, *, by: Any = None) -> None:
    """Take a question off the list. It stays off when it is asked again. Raises `QuestionSettled`."""
    _settle(_open(question), Status.DISMISSED, by=by)


@transaction.atomic
def reopen_question(question: UnansweredQuestion) -> None:
    """Undo an answer or a dismissal: the wordings that it added go, and no further member is told."""
    row = UnansweredQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)
    if row.status == Status.OPEN:
        return
    again = UnansweredQuestion.objects.filter(plain=row.plain).exclude(status=Status.ANSWERED).exclude(pk=row.pk)
    if again.exists():
        raise QuestionSettled(
            "The same question was asked again and is on the list.", code="asked_again", remedy="Answer that one."
        )
    if row.answer is not None and row.added_wordings:
        gone = set(row.added_wordings.splitlines())
        kept = [line for line in row.answer.other_wordings.splitlines() if line not in gone]
        row.answer.other_wordings = "\n".join(kept)
        save_answer(row.answer)
    _settle(row, Status.OPEN, by=None, answer=None, added_wordings="")


def tell_answers(*, now: datetime | None = None) -> int:
    """Tell members who wished so that their question has an answer, by day only. Returns how many were told."""
    now = now or timezone.now()
    first, last = settings.CONVERSATIONS["TELL_FROM_HOUR"], settings.CONVERSATIONS["TELL_UNTIL_HOUR"]
    if not first <= timezone.localtime(now).hour < last:
        return 0
    rows = QuestionOccurrence.objects.waiting().filter(question__status=Status.ANSWERED, question__answer__enabled=True)
    # Who is in a flow or talks with a person is told after that; skipped here, so that they do not fill the batch.
    rows = rows.exclude(conversation__in=Session.objects.active().values("conversation"))
    rows = rows.exclude(conversation__in=Conversation.objects.filter(Ticket.objects.silenced()))
    return sum(_tell(pk, now) for pk in rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _tell(pk: int, now: datetime) -> bool:
    """Tell one member, once however often they asked. False in a flow, with a person, and if it is not for them."""
    row = QuestionOccurrence.objects.select_related("question__answer", "conversation__member").get(pk=pk)
    before = row.conversation
    conversation = Conversation.objects.locked(before.application, before.member)
    if Session.objects.active_in(conversation) is not None or member_turns.is_silent(conversation):
        return False
    theirs = QuestionOccurrence.objects.waiting().filter(question=row.question, conversation=conversation)
    if not theirs.update(told_at=now):
        return False
    answer = _for(conversation, row)
    if answer is None:
        return False
    with translation.override(conversation.language), because(Cause.ANSWER, answer=answer.pk, how="told_later"):
        messages.say(conversation, unanswered_texts.now_known(row.words), cid=row.cid)
        answers.send(conversation, answer, cid=row.cid)
    return True


def _for(conversation: Conversation, row: QuestionOccurrence) -> Answer | None:
    """The answer for this member: in their language if the table has it twice, and none that is not for them."""
    best = answer_retrieval.find(row.words, language=conversation.language, member=conversation.member).best
    answer = Answer.objects.filter(pk=best.entry.pk).first() if best else None
    if answer is not None:
        return answer
    meant = row.question.answer
    return meant if meant is not None and answer_retrieval.is_for(meant.pk, conversation.member) else None


def _open(question: UnansweredQuestion) -> UnansweredQuestion:
    row = UnansweredQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)
    if row.status != Status.OPEN:
        fault = f"This question is {row.status} already."
        raise QuestionSettled(fault, code="question_settled", remedy="Open it again first.")
    return row


def _settle(row: UnansweredQuestion, status: str, *, by: Any, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.status = status
    row.settled_at, row.settled_by = (None, None) if status == Status.OPEN else (timezone.now(), by)
    row.settled_client = "" if status == Status.OPEN else client_name()
    row.save(update_fields=["status", "settled_at", "settled_by", "settled_client", *fields])
