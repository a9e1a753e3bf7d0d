"""The outcomes of the calls of a batch: the accepted ones in one transaction, the others as if each were alone."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from core.work import batches
from core.work.base import LeaseLost
from wecom.models import Attempt, Guard, Outbound
from wecom.outbox import dispatcher, outcomes
from wecom.outbox.batches.calls import Call
from wecom.quotas import batch_quota
from wecom.restore import guard as restore_guard

logger = logging.getLogger(__name__)

NOT_CALLED = "not_called"
REMARKABLE = ("invaliduser", "unlicenseduser", "response_code")  # fields of answers that a plain end does not have


def settle(calls: Sequence[Call], *, guard: Guard, reserved: datetime, took: timedelta) -> None:
    """Write the end of each call; those that were not made go back to the queue.

    A call that has not ended stays open: the worker that takes its message over sends the same bytes again.
    """
    plain = {call: None for call in calls if call.answer is not None and not any(map(call.answer.get, REMARKABLE))}
    for some in _transactions(plain):
        _settle_accepted(some, reserved, took)
    for call in calls:
        try:
            if call.error is not None:
                dispatcher.settle_error(call.attempt, call.error, guard=guard, reserved=reserved, took=took)
            elif call.answer is not None and call not in plain:
                with transaction.atomic():
                    outcomes.settle_accepted(call.outbound, call.attempt, call.answer, reopened=False)
                    batch_quota.record_arrivals([call.outbound], reserved, took)
        except LeaseLost:
            logger.info("Another worker delivers this message.", extra={"cid": call.outbound.cid})
    _put_back([call for call in calls if not call.began], guard, reserved)


def _transactions(calls: Iterable[Call]) -> list[list[Call]]:
    """Which calls are settled together: of bulk those of one cause, since receivers lock its campaign."""
    groups: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        groups[call.outbound.cid if call.outbound.is_bulk else ""].append(call)
    return list(groups.values())


@transaction.atomic
def _settle_accepted(calls: Sequence[Call], reserved: datetime, took: timedelta) -> None:
    answers = {call.outbound.pk: {"msgid": str((call.answer or {}).get("msgid") or "")} for call in calls}
    fields = {"errcode": 0, "response_code": "", "invalid": [], "unlicensed": []}
    ours = batches.settle([call.outbound for call in calls], Outbound.Status.DONE, answers, **fields)
    settled = {outbound.pk for outbound in ours}
    attempts = [call.attempt.pk for call in calls if call.outbound.pk in settled]
    outcome = {"outcome": Attempt.Outcome.SENT, "ended_at": timezone.now(), "errcode": 0}
    Attempt.objects.filter(pk__in=attempts).update(**outcome)
    batch_quota.record_arrivals(ours, reserved, took)
    outcomes.announce(ours)


@transaction.atomic
def _put_back(calls: Sequence[Call], guard: Guard, reserved: datetime) -> None:
    """Undo the preparation of calls that were not made.

    Their attempts stay, closed: the newest one tells this database from an older one. So does their number among equal
    messages, since a message that is sent again must not have its own earlier bytes.
    """
    batches.put_back([call.outbound for call in calls], body=None, first_attempt_at=None)
    attempts = [call.attempt for call in calls]  # also of what was withdrawn meanwhile
    closed = {"outcome": Attempt.Outcome.RETRY, "ended_at": timezone.now(), "detail": NOT_CALLED}
    unclear = Attempt.objects.filter(pk__in=[attempt.pk for attempt in attempts], outcome=Attempt.Outcome.OPEN)
    unclear.update(**closed)
    batch_quota.refund([attempt.outbound for attempt in attempts], reserved)
    restore_guard.record_refusals(guard, attempts)
