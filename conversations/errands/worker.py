"""Errands: what a member waits for outside any transaction, with a deadline and words to fall back on.

Each ends with words for whoever asked: the answer, or that there is none. A question to a service is answered in the
order in which they asked, and not in the middle of a flow: where one is under way it is held, and asked when the flow
ends. Another kind of errand is a `Sort` in SORTS.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from conversations import wording
from conversations.delivery import messages
from conversations.errands.kinds import POISON, Asking, End, Sort
from conversations.errands.timeouts import Question, beside
from conversations.models import Conversation, Errand, Session
from conversations.providers.base import RemoteProvider, ReplyBusy, ReplyRefused
from core import backends
from core.exceptions import OpenUserError, TemporaryError
from core.work import crash_points
from core.work.base import LeaseLost

logger = logging.getLogger(__name__)

HELD_FOR = timedelta(days=1)  # whoever is in a flow for longer has long asked somebody else
LOOK_AGAIN = timedelta(minutes=10)  # should nobody tell that a flow has ended
A_MOMENT = 1.0  # seconds: who has waited long already is not asked for patience right before the answer


SORTS: dict[str, Sort] = {Errand.Kind.QUESTION: Asking()}


@transaction.atomic
def ask(conversation: Conversation, provider: str, question: str, *, cid: str) -> Errand:
    """Put a member's question to a provider; its answer is said when it comes, in the order of the questions."""
    errand = Errand.objects.create(
        conversation=conversation,
        provider=provider,
        question=question,
        language=conversation.language,
        deadline_at=_deadline(timezone.now()),
        order_key=f"conversation:{conversation.pk}",
        cid=cid,
    )
    errand.wake()
    return errand


def take_up(conversation: Conversation) -> None:
    """Go on with what was held while the member was in a flow that has ended now."""
    now = timezone.now()
    held = Q(status=Errand.Status.QUEUED, reason=Errand.Reason.HELD)
    rows = Errand.objects.filter(conversation=conversation)
    for errand in rows.filter(held | _unburied()).order_by("pk"):
        rows.filter(held, pk=errand.pk).update(due_at=now, deadline_at=_deadline(now))
        errand.wake()


def cancel_all(conversation: Conversation) -> None:
    """Ask nothing any more for somebody who cannot be reached."""
    for errand in Errand.objects.filter(conversation=conversation, status__in=Errand.UNFINISHED):
        errand.cancel()


def reply_now(conversation: Conversation, provider: str, question: str, *, language: str) -> str | None:
    """Ask a provider of the network and wait: its answer, None where it has none, polite words where it is away.

    For code that can wait; call it outside of transactions. Nothing is stored, and nothing is said.
    """
    try:
        asked: RemoteProvider = backends.backend("REPLY_PROVIDERS", provider)
        return asked.answer(conversation, question, language=language)
    except ReplyRefused as error:
        logger.warning("A service refused a question.", extra={"provider": provider, "code": error.code})
        return None
    except TemporaryError as error:
        logger.info("A service could not answer.", extra={"provider": provider, "code": error.code})
        with translation.override(language):
            return wording.no_answer_in_time()


def run_errand(pk: int, *, now: datetime | None = None) -> None:
    """Ask the service, and say what it answered; what it cannot answer in time is said plainly.

    Returns early where the service takes long: the rest goes on in a thread, and another worker takes the errand up
    where this process ends before it.
    """
    errand = _claim(pk, now)
    if errand is None:
        return
    crash_points.point("errand.claimed")
    try:
        _run(errand, now or timezone.now())
    except LeaseLost:
        _log_lost(errand)


def _claim(pk: int, now: datetime | None) -> Errand | None:
    """The errand for one attempt. One whose workers died each time ends here, with words: in the same transaction."""
    with transaction.atomic():
        errand = Errand.claim(pk, now=now)
        if errand is None:
            _bury(pk)
    return errand


def _bury(pk: int) -> None:
    """The words for one whose attempts are used up; its question is cleared with them, so that they are said once."""
    poisoned = Errand.objects.filter(_unburied(), pk=pk)
    errand = poisoned.first()
    if errand is None:
        return
    conversation = _locked(errand)
    may_speak = SORTS[errand.kind].in_flows or not _is_in_flow(conversation)
    if may_speak and poisoned.update(question=""):
        _conclude(conversation, errand, End(question=errand.question, reason=POISON))


def _unburied() -> Q:
    return Q(status=Errand.Status.FAILED, reason=POISON) & ~Q(question="")


def _run(errand: Errand, now: datetime) -> None:
    left = (errand.deadline_at - now).total_seconds()
    if left <= 0:
        _settle(errand, Errand.Reason.LATE)
        return
    if not SORTS[errand.kind].in_flows and _is_in_flow(errand.conversation) and _is_held(errand):
        return
    try:
        provider = SORTS[errand.kind].source(errand)
    except ImproperlyConfigured:
        _settle(errand, Errand.Reason.UNKNOWN)
        return
    question = Question(provider, errand, seconds=left)
    question.start()
    patience: float = settings.CONVERSATIONS["REPLY_NOTICE_SECONDS"]
    waited = (now - errand.due_at).total_seconds()
    if question.is_answered(within=max(min(A_MOMENT, patience), patience - waited)):
        _hear(errand, question)
    else:
        _tell_to_wait(errand)
        beside(lambda: _see_through(errand, question))


@transaction.atomic
def _is_held(errand: Errand) -> bool:
    """Put it off to the end of the flow that the member is in, as the last look shows under lock; False for none."""
    if not _is_in_flow(_locked(errand)):
        return False
    now = timezone.now()
    if now - errand.created_at > HELD_FOR:
        errand.settle(Errand.Status.CANCELLED, Errand.Reason.OVERTAKEN, question="")
    else:
        until = now + LOOK_AGAIN
        errand.postpone(until, Errand.Reason.HELD, count_attempt=False, deadline_at=_deadline(until))
    logger.info("An errand met a flow.", extra={"cid": errand.cid, "reason": errand.reason})
    return True


def _see_through(errand: Errand, question: Question) -> None:
    try:
        while not question.is_answered(within=question.until_extension()):
            if not question.seconds_left():
                _settle(errand, Errand.Reason.LATE)
                return
            errand.extend_lease()
        _hear(errand, question)
    except LeaseLost:
        _log_lost(errand)


def _hear(errand: Errand, question: Question) -> None:
    try:
        reply = question.answer()
    except ReplyRefused as error:
        _settle(errand, Errand.Reason.REFUSED, error=error)
    except TemporaryError as error:
        _try_again(errand, error, question.seconds_left())
    else:
        crash_points.point("errand.answered")
        _settle(errand, "" if reply else Errand.Reason.EMPTY, reply=reply)


def _try_again(errand: Errand, error: TemporaryError, left: float) -> None:
    """Later, if there is time; whoever asked is told that it takes a while."""
    pause = max(error.retry_after if isinstance(error, ReplyBusy) else 0.0, 2.0 * errand.attempts)
    if errand.attempts >= errand.max_attempts or pause >= left:
        _settle(errand, Errand.Reason.LATE, error=error)
        return
    with transaction.atomic():
        _tell_to_wait(errand)
        errand.postpone(timezone.now() + timedelta(seconds=pause), Errand.Reason.BUSY, detail=_detail(error))
    logger.info("A service is asked again later.", extra={"cid": errand.cid, "code": error.code})


@transaction.atomic
def _tell_to_wait(errand: Errand) -> None:
    """Once; not where they were told of another question since, nor in the middle of a flow."""
    conversation = _locked(errand)
    told = conversation.errands.filter(told_at__gte=errand.created_at).exists()
    sort = SORTS[errand.kind]
    if told or (not sort.in_flows and _is_in_flow(conversation)):
        return
    errand.update_leased(told_at=timezone.now())
    with translation.override(errand.language):
        messages.say(conversation, sort.waiting(), cid=errand.cid)


@transaction.atomic
def _settle(errand: Errand, reason: str, *, reply: str | None = None, error: OpenUserError | None = None) -> None:
    """End the errand and say the words of its end, in one transaction; in the middle of a flow, neither."""
    if not SORTS[errand.kind].in_flows and _is_held(errand):
        return
    conversation = _locked(errand)
    question = errand.question
    status = Errand.Status.FAILED if reason else Errand.Status.DONE
    errand.settle(status, reason, detail=_detail(error), question="")
    logger.info("An errand ended.", extra={"cid": errand.cid, "status": status, "reason": reason})
    _conclude(
        conversation, errand, End(question=question, reply=reply, reason=reason, code=error.code if error else "")
    )


def _conclude(conversation: Conversation, errand: Errand, end: End) -> None:
    with translation.override(errand.language):
        SORTS[errand.kind].conclude(conversation, errand, end)


def _is_in_flow(conversation: Conversation) -> bool:
    return Session.objects.active().filter(conversation=conversation).exists()


def _deadline(asked_at: datetime) -> datetime:
    return asked_at + timedelta(seconds=settings.CONVERSATIONS["REPLY_TIMEOUT"])


def _locked(errand: Errand) -> Conversation:
    return messages.conversation_of(errand.conversation.application, errand.conversation.member)


def _detail(error: OpenUserError | None) -> str:
    return str(error or "")[:200]


def _log_lost(errand: Errand) -> None:
    logger.info("An errand was cancelled or taken over.", extra={"cid": errand.cid})
