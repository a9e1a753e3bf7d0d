"""Runs errands: background jobs with a deadline and a fallback text, outside any transaction.

Each errand ends with a message to the member: the answer, or that there is none. Questions are answered in the order of
asking. During a flow or a hand-off they are held until it ends. A new kind of errand is an `ErrandKind` in KINDS.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from conversations.delivery import messages
from conversations.delivery.causes import Cause, because
from conversations.errands.kinds import EXHAUSTED, KINDS, Result
from conversations.errands.timeouts import TimedCall, run_detached
from conversations.exceptions import ServiceBusy, ServiceRefused
from conversations.models import Conversation, Errand, Session, Ticket
from conversations.providers.base import RemoteProvider
from conversations.wording import chat_texts
from core import backends
from core.exceptions import OpenUserError, TemporaryError
from core.work import crash_points
from core.work.base import LeaseLost

logger = logging.getLogger(__name__)

HELD_FOR = timedelta(days=1)  # a question is dropped if the flow takes longer
CHECK_AGAIN = timedelta(minutes=10)  # in case `resume_held` was not called
A_MOMENT = 1.0  # seconds: no waiting notice right before the answer


@transaction.atomic
def ask(
    conversation: Conversation, provider: str, question: str, *, cid: str, kind: str = Errand.Kind.QUESTION
) -> Errand:
    """Queue a member's question to a provider. Its answer is sent when it arrives, in the order of the questions."""
    errand = Errand.objects.create(
        kind=kind,
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


def resume_held(conversation: Conversation) -> None:
    """Wake the errands that were held during a flow that has ended now."""
    now = timezone.now()
    held = Q(status=Errand.Status.QUEUED, reason=Errand.Reason.HELD)
    rows = Errand.objects.filter(conversation=conversation)
    for errand in rows.filter(held | _exhausted()).order_by("pk"):
        rows.filter(held, pk=errand.pk).update(due_at=now, deadline_at=_deadline(now))
        errand.wake()


def cancel_all(conversation: Conversation) -> None:
    """Cancel the errands of a member who cannot be reached."""
    for errand in Errand.objects.filter(conversation=conversation, status__in=Errand.UNFINISHED):
        errand.cancel()


def ask_now(conversation: Conversation, provider: str, question: str, *, language: str) -> str | None:
    """Call a remote provider and wait: its answer, None if it has none, a polite text if it is unavailable.

    Call it outside transactions. Nothing is stored or sent.
    """
    try:
        asked: RemoteProvider = backends.backend("REPLY_PROVIDERS", provider)
        return asked.answer(conversation, question, language=language)
    except ServiceRefused as error:
        logger.warning("A service refused a question.", extra={"provider": provider, "code": error.code})
        return None
    except TemporaryError as error:
        logger.info("A service could not answer.", extra={"provider": provider, "code": error.code})
        with translation.override(language):
            return chat_texts.no_answer_in_time()


def word_now(conversation: Conversation, provider: str, question: str, *, language: str) -> str | None:
    """Let a provider word an answer from its ground, and wait; None if it has no ground or fails.

    Call it outside transactions. Nothing is stored or sent.
    """
    asked: RemoteProvider = backends.backend("REPLY_PROVIDERS", provider)
    member = conversation.member if conversation.member_id else None
    if not asked.has_ground(member, question, language=language):
        return None
    try:
        return asked.answer(conversation, question, language=language)
    except (ServiceRefused, TemporaryError) as error:
        logger.info("A service could not answer.", extra={"provider": provider, "code": error.code})
        return None


def run_errand(pk: int, *, now: datetime | None = None) -> None:
    """Call the provider and send its answer, or a fallback text after the deadline.

    Returns early if the provider is slow: a thread goes on waiting, and another worker takes over if this process ends.
    """
    errand = _claim(pk, now)
    if errand is None:
        return
    crash_points.point("errand.claimed")
    try:
        _run(errand, now or timezone.now())
    except LeaseLost:
        _log_lost_lease(errand)


def _claim(pk: int, now: datetime | None) -> Errand | None:
    """The errand for one attempt. An errand without attempts left is finished here, in the same transaction."""
    with transaction.atomic():
        errand = Errand.claim(pk, now=now)
        if errand is None:
            _finish_exhausted(pk)
    return errand


def _finish_exhausted(pk: int) -> None:
    """Send the fallback text of an errand without attempts left. Its question is cleared, so it is sent once."""
    exhausted = Errand.objects.filter(_exhausted(), pk=pk)
    errand = exhausted.first()
    if errand is None:
        return
    conversation = _locked(errand)
    kind = KINDS[errand.kind]
    may_speak = not _is_in_flow(conversation) if not kind.runs_in_flows else not _waits_for_person(errand)
    if may_speak and exhausted.update(question=""):
        _finish(conversation, errand, Result(question=errand.question, reason=EXHAUSTED))


def _exhausted() -> Q:
    return Q(status=Errand.Status.FAILED, reason=EXHAUSTED) & ~Q(question="")


def _run(errand: Errand, now: datetime) -> None:
    left = (errand.deadline_at - now).total_seconds()
    known = KINDS[errand.kind].known_result(errand)
    if known is not None:
        _settle(errand, known.reason, reply=known.reply, code=known.code)
        return
    if left <= 0 or errand.attempts > KINDS[errand.kind].attempts(errand):
        _settle(errand, Errand.Reason.LATE)  # the call of a worker that died may have been made
        return
    if not KINDS[errand.kind].runs_in_flows and _is_in_flow(errand.conversation) and _is_held(errand):
        return
    try:
        provider = KINDS[errand.kind].provider(errand)
    except ImproperlyConfigured:
        _settle(errand, Errand.Reason.UNKNOWN)
        return
    call = TimedCall(provider, errand, seconds=left)
    call.start()
    patience: float = settings.CONVERSATIONS["REPLY_NOTICE_SECONDS"]
    waited = (now - errand.due_at).total_seconds()
    if call.is_answered(within=max(min(A_MOMENT, patience), patience - waited)):
        _handle_answer(errand, call)
    else:
        _send_waiting_notice(errand)
        run_detached(lambda: _wait_for(errand, call))


@transaction.atomic
def _is_held(errand: Errand) -> bool:
    """Postpone it to the end of the flow that the member is in, checked under lock; False outside a flow."""
    if not _is_in_flow(_locked(errand)):
        return False
    now = timezone.now()
    if now - errand.created_at > HELD_FOR:
        errand.settle(Errand.Status.CANCELLED, Errand.Reason.OVERTAKEN, question="")
    else:
        until = now + CHECK_AGAIN
        errand.postpone(until, Errand.Reason.HELD, count_attempt=False, deadline_at=_deadline(until))
    logger.info("An errand met a flow.", extra={"cid": errand.cid, "reason": errand.reason})
    return True


def _wait_for(errand: Errand, call: TimedCall) -> None:
    try:
        while not call.is_answered(within=call.until_extension()):
            if not call.seconds_left():
                _settle(errand, Errand.Reason.LATE)
                return
            errand.extend_lease()
        _handle_answer(errand, call)
    except LeaseLost:
        _log_lost_lease(errand)


def _handle_answer(errand: Errand, call: TimedCall) -> None:
    try:
        reply = call.answer()
    except ServiceRefused as error:
        _settle(errand, Errand.Reason.REFUSED, error=error)
    except TemporaryError as error:
        _try_again(errand, error, call.seconds_left())
    else:
        KINDS[errand.kind].prepare(errand, reply)
        crash_points.point("errand.answered")
        _settle(errand, "" if reply else Errand.Reason.EMPTY, reply=reply)


def _try_again(errand: Errand, error: TemporaryError, left: float) -> None:
    """Retry later, if there is time, and notify the member."""
    pause = max(error.retry_after if isinstance(error, ServiceBusy) else 0.0, 2.0 * errand.attempts)
    kind = KINDS[errand.kind]
    most = min(errand.max_attempts, kind.attempts(errand))
    if not kind.tries_again or errand.attempts >= most or pause >= left:
        _settle(errand, Errand.Reason.LATE, error=error)
        return
    with transaction.atomic():
        _send_waiting_notice(errand)
        errand.postpone(timezone.now() + timedelta(seconds=pause), Errand.Reason.BUSY, detail=_detail(error))
        errand.wake(after=pause)  # the member waits: not only with the next sweep
    logger.info("A service is asked again later.", extra={"cid": errand.cid, "code": error.code})


@transaction.atomic
def _send_waiting_notice(errand: Errand) -> None:
    """Once; not if the member got a notice for a later question, and not during a flow."""
    conversation = _locked(errand)
    told = conversation.errands.filter(told_at__gte=errand.created_at).exists()
    kind = KINDS[errand.kind]
    if told or (not kind.runs_in_flows and _is_in_flow(conversation)) or _waits_for_person(errand):
        return
    with translation.override(errand.language):
        notice = kind.waiting_text()
        if notice:
            errand.update_leased(told_at=timezone.now())
            with because(Cause.NOTICE, notice="looking_up"):
                messages.say(conversation, notice, cid=errand.cid)


@transaction.atomic
def _settle(
    errand: Errand, reason: str, *, reply: str | None = None, error: OpenUserError | None = None, code: str = ""
) -> None:
    """Settle the errand and send its result, in one transaction; during a flow, neither."""
    if not KINDS[errand.kind].runs_in_flows and _is_held(errand):
        return
    conversation = _locked(errand)
    question = errand.question
    result = Result(question=question, reply=reply, reason=reason, code=error.code if error else code)
    if _waits_for_person(errand):
        until = timezone.now() + CHECK_AGAIN
        kept = {"deadline_at": _deadline(until), "question": KINDS[errand.kind].keep(errand, result)}
        errand.postpone(until, Errand.Reason.HELD, count_attempt=False, **kept)
        return
    status = Errand.Status.FAILED if reason else Errand.Status.DONE
    errand.settle(status, reason, detail=_detail(error), question="")
    logger.info("An errand ended.", extra={"cid": errand.cid, "status": status, "reason": reason})
    _finish(conversation, errand, result)


def _finish(conversation: Conversation, errand: Errand, result: Result) -> None:
    with translation.override(errand.language):
        KINDS[errand.kind].finish(conversation, errand, result)


def _is_in_flow(conversation: Conversation) -> bool:
    """Whether a flow or a person talks with the member."""
    if Session.objects.active().filter(conversation=conversation).exists():
        return True
    return Ticket.objects.concerning(conversation).exists()


def _waits_for_person(errand: Errand) -> bool:
    """Whether its result must wait, because a person talks with the member."""
    return KINDS[errand.kind].waits_for_person and Ticket.objects.concerning(errand.conversation).exists()


def _deadline(asked_at: datetime) -> datetime:
    return asked_at + timedelta(seconds=settings.CONVERSATIONS["REPLY_TIMEOUT"])


def _locked(errand: Errand) -> Conversation:
    return Conversation.objects.locked(errand.conversation.application, errand.conversation.member)


def _detail(error: OpenUserError | None) -> str:
    return str(error or "")[:200]


def _log_lost_lease(errand: Errand) -> None:
    logger.info("An errand was cancelled or taken over.", extra={"cid": errand.cid})
