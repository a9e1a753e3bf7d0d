"""Errands: questions put to a service over the network, outside any transaction, with a deadline and a fall-back."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from conversations import saying, wording
from conversations.models import Conversation, Errand
from conversations.providers.base import ReplyRefused
from openuser.lib import backends, crash
from openuser.lib.exceptions import TemporaryError
from openuser.lib.work import LeaseLost

logger = logging.getLogger(__name__)


@transaction.atomic
def ask(conversation: Conversation, provider: str, question: str, *, cid: str) -> Errand:
    """Put a member's question to a provider; its answer is said when it comes, in the order of the questions."""
    errand = Errand.objects.create(
        conversation=conversation,
        provider=provider,
        question=question,
        language=conversation.language,
        deadline_at=timezone.now() + timedelta(seconds=settings.CONVERSATIONS["ERRAND_SECONDS"]),
        order_key=f"conversation:{conversation.pk}",
        cid=cid,
    )
    errand.wake()
    return errand


def run_errand(pk: int, *, now: datetime | None = None) -> None:
    """Ask the service, and say what it answered; what it cannot answer in time is said plainly."""
    errand = Errand.claim(pk, now=now)
    if errand is None:
        return
    crash.point("errand.claimed")
    try:
        _run(errand, now or timezone.now())
    except LeaseLost:
        logger.info("Somebody else runs this errand.", extra={"cid": errand.cid})


def _run(errand: Errand, now: datetime) -> None:
    if now >= errand.deadline_at:
        _settle(errand, None, Errand.Reason.LATE)
        return
    provider = backends.backend("REPLY_PROVIDERS", errand.provider)
    try:
        reply = provider.answer(errand.conversation, errand.question, language=errand.language)
    except ReplyRefused as error:
        _settle(errand, None, Errand.Reason.REFUSED, detail=str(error)[:200])
    except TemporaryError as error:
        again = now + timedelta(seconds=2 * errand.attempts)
        if errand.attempts >= errand.max_attempts or again >= errand.deadline_at:
            _settle(errand, None, Errand.Reason.LATE, detail=str(error)[:200])
        else:
            errand.postpone(again, Errand.Reason.BUSY, detail=str(error)[:200])
    else:
        crash.point("errand.answered")
        _settle(errand, reply, "")


@transaction.atomic
def _settle(errand: Errand, reply: str | None, reason: str, detail: str = "") -> None:
    conversation = saying.conversation_of(errand.conversation.application, errand.conversation.member)
    status = Errand.Status.DONE if reply else Errand.Status.FAILED
    errand.settle(status, reason, detail=detail, question="")
    with translation.override(errand.language):
        words = reply or (wording.no_answer_in_time() if reason == Errand.Reason.LATE else wording.not_understood())
        saying.say(conversation, words, cid=errand.cid)
