"""The outcome of a call: accepted, certainly not accepted, or unclear. Each closes the attempt.

Everything here runs in the transaction that writes the outcome, fenced by the lease: a worker that slept too long
writes nothing.
"""

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from wecom import metrics
from wecom.client import application_hold, call_limit_breaker, error_codes, outages
from wecom.exceptions import (
    AmbiguousError,
    ApiError,
    BusyError,
    ConfigurationError,
    LimitedError,
    MediaExpired,
    MediaRefused,
    NotReached,
    RecipientError,
    TokenRejected,
    WeComError,
)
from wecom.media import uploads
from wecom.models import Attempt, Outbound
from wecom.quotas import send_quota
from wecom.signals import outbounds_settled

logger = logging.getLogger(__name__)

BACK_OFF = (5, 30, 120, 600, 1800)  # seconds: three quick tries, then ever fewer
BUSY_TRIES = 10  # busy answers after which we give up: in two to three hours
OUTAGE = timedelta(hours=4)  # how long busy answers to a probe do not count, since all messages get them
UPLOAD_WAIT = timedelta(minutes=10)


def settle_accepted(outbound: Outbound, attempt: Attempt, answer: dict[str, Any], *, reopened: bool) -> None:
    """The platform accepted it, though perhaps not for all recipients; `reopened` if its interface had been closed."""
    _close_attempt(attempt, Attempt.Outcome.SENT, None)
    if outbound.application.held_reason:
        application_hold.end_hold(outbound.application)
    if reopened:
        call_limit_breaker.clear(outbound.application.corporation_id, send_quota.API)
    # The call left out recipients who are known to be unreachable.
    invalid = sorted({*outbound.invalid, *_user_ids(answer, "invaliduser")})
    unlicensed = _user_ids(answer, "unlicenseduser")
    fields: dict[str, Any] = {"errcode": 0, "msgid": str(answer.get("msgid") or "")}
    fields |= {"response_code": str(answer.get("response_code") or ""), "invalid": invalid, "unlicensed": unlicensed}
    if {*invalid, *unlicensed} >= set(outbound.recipients):
        settle(outbound, Outbound.Status.FAILED, Outbound.Reason.RECIPIENT, **fields)
    else:
        settle(outbound, Outbound.Status.DONE, "", **fields)


def settle_error(outbound: Outbound, attempt: Attempt, error: WeComError) -> bool:
    """Store the outcome of an error; whether the platform certainly did not accept the message."""
    kind = handling_of(error)
    _close_attempt(attempt, kind.outcome, error)
    kind.react(outbound, error)
    if kind.outcome == Attempt.Outcome.AMBIGUOUS:
        metrics.AMBIGUOUS.add()
    return kind.outcome != Attempt.Outcome.AMBIGUOUS


def postpone(outbound: Outbound, error: WeComError) -> None:
    """Before any attempt was recorded: nothing was sent, so nothing is ambiguous."""
    if isinstance(error, ConfigurationError):
        outbound.postpone(timezone.now() + application_hold.HELD_FOR, Outbound.Reason.HELD, count_attempt=False)
    else:
        _retry(outbound, error)


def settle(outbound: Outbound, status: Outbound.Status, reason: str, **fields: Any) -> None:
    """Settle, and send `outbounds_settled`."""
    with transaction.atomic(savepoint=False):
        outbound.settle(status, reason, **fields)
        announce([outbound])


def announce(outbounds: Sequence[Outbound]) -> None:
    """Tell other apps and the log that messages were settled, in the transaction that does so."""
    outbounds_settled.send(Outbound, outbounds=outbounds)
    _delete_private_words(outbounds)
    for outbound in outbounds:
        fields = {"cid": outbound.cid, "status": outbound.status, "reason": outbound.reason}
        logger.info("A message reached its end.", extra=fields)


def _delete_private_words(outbounds: Sequence[Outbound]) -> None:
    """Where it is unclear whether one arrived, a person may send it again; its words go with its retention."""
    over = [row.pk for row in outbounds if row.private and row.reason != Outbound.Reason.UNKNOWN]
    if over:
        Outbound.objects.filter(pk__in=over).update(content={}, body=None)


def _user_ids(answer: dict[str, Any], field: str) -> list[str]:
    """User IDs of an answer, which the platform writes in lower case."""
    return sorted({name.lower() for name in str(answer.get(field) or "").split("|") if name})


def _close_attempt(attempt: Attempt, outcome: Attempt.Outcome, error: WeComError | None) -> None:
    attempt.outcome, attempt.ended_at = outcome, timezone.now()
    attempt.errcode = _errcode(error) if error is not None else 0
    attempt.detail = "" if error is None else error.code[:200]
    attempt.save(update_fields=["outcome", "ended_at", "errcode", "detail"])


def _errcode(error: WeComError) -> int | None:
    return error.errcode if isinstance(error, ApiError) else None


def _wait_for_quota(outbound: Outbound, error: WeComError) -> None:
    until = error.until if isinstance(error, LimitedError) else None
    metrics.QUOTA_DELAYED.add()
    outbound.postpone(
        until or _next_attempt_at(outbound), Outbound.Reason.QUOTA, count_attempt=until is None, errcode=_errcode(error)
    )


def _retry(outbound: Outbound, error: WeComError) -> None:
    if not _waits_for_probe(outbound, error):
        outbound.postpone(_next_attempt_at(outbound), Outbound.Reason.BUSY, errcode=_errcode(error))


def _waits_for_probe(outbound: Outbound, error: WeComError, **fields: Any) -> bool:
    """In an outage put it back without counting the attempt: all others wait too, and the first success wakes them."""
    if not outages.is_outage(error) or not outages.is_open(outbound.application):
        return False
    reason, fields = Outbound.Reason.UNREACHABLE, {"errcode": _errcode(error), **fields}
    outages.postpone(outbound, outbound.application, reason, tried=True, **fields)
    return True


def _retry_busy(outbound: Outbound, error: WeComError) -> None:
    """−1 and its like: three quick tries, a few slow ones, then an end that a person sees and can send again."""
    lately = outbound.tries.filter(started_at__gte=outbound.started_at)  # not those before a person sent it again
    told = lately.filter(errcode__in=error_codes.BUSY).count()
    patient = outages.is_outage(error) and timezone.now() - (outbound.started_at or outbound.created_at) < OUTAGE
    if told < BUSY_TRIES or (patient and outages.is_open(outbound.application)):
        _retry(outbound, error)
    else:
        reason = Outbound.Reason.UNKNOWN if outbound.was_ambiguous else Outbound.Reason.BUSY
        settle(outbound, Outbound.Status.FAILED, reason, errcode=_errcode(error))


def _retry_ambiguous(outbound: Outbound, error: WeComError) -> None:
    if not _waits_for_probe(outbound, error, was_ambiguous=True):
        outbound.postpone(_next_attempt_at(outbound), Outbound.Reason.AMBIGUOUS, was_ambiguous=True)


def _hold(outbound: Outbound, error: WeComError) -> None:
    application_hold.hold(outbound.application, error)
    until = timezone.now() + application_hold.HELD_FOR
    outbound.postpone(until, Outbound.Reason.HELD, count_attempt=False, errcode=_errcode(error))


def _upload_again(outbound: Outbound, error: WeComError) -> None:
    """Only a body that certainly never arrived may change its bytes."""
    if outbound.was_ambiguous:
        settle(outbound, Outbound.Status.FAILED, Outbound.Reason.UNKNOWN, errcode=_errcode(error))
        return
    files = outbound.files()
    if not files:
        _fail_media(outbound, error)
        return
    for upload in files:
        uploads.mark_expired(upload)
    until = timezone.now() + UPLOAD_WAIT
    outbound.postpone(until, Outbound.Reason.UPLOADING, body=None, errcode=_errcode(error))


def _fail_media(outbound: Outbound, error: WeComError) -> None:
    settle(outbound, Outbound.Status.FAILED, Outbound.Reason.MEDIA, errcode=_errcode(error))


def _fail_recipient(outbound: Outbound, error: WeComError) -> None:
    fields = {"errcode": _errcode(error), "invalid": outbound.recipients}
    settle(outbound, Outbound.Status.FAILED, Outbound.Reason.RECIPIENT, **fields)


def _fail_refused(outbound: Outbound, error: WeComError) -> None:
    settle(outbound, Outbound.Status.FAILED, Outbound.Reason.REFUSED, errcode=_errcode(error))


def _next_attempt_at(outbound: Outbound) -> datetime:
    ceiling = BACK_OFF[min(outbound.attempts, len(BACK_OFF)) - 1] * settings.WECOM["RETRY_BASE_SECONDS"]
    return timezone.now() + timedelta(seconds=random.uniform(ceiling / 2, ceiling))


@dataclass(frozen=True, kw_only=True)
class ErrorHandling:
    """A kind of outcome: the name for the attempt, and the function that settles the message."""

    error: type[WeComError]
    outcome: Attempt.Outcome
    react: Callable[[Outbound, WeComError], None]


def handling_of(error: WeComError) -> ErrorHandling:
    """The first kind that fits; the last fits all."""
    return next(kind for kind in ERROR_HANDLING if isinstance(error, kind.error))


# A token that is refused twice is a busy platform, not a wrong setting: the next attempt fetches another one.
ERROR_HANDLING = (
    ErrorHandling(error=LimitedError, outcome=Attempt.Outcome.RETRY, react=_wait_for_quota),
    ErrorHandling(error=BusyError, outcome=Attempt.Outcome.RETRY, react=_retry_busy),
    ErrorHandling(error=NotReached, outcome=Attempt.Outcome.RETRY, react=_retry),
    ErrorHandling(error=TokenRejected, outcome=Attempt.Outcome.RETRY, react=_retry),
    ErrorHandling(error=ConfigurationError, outcome=Attempt.Outcome.HELD, react=_hold),
    ErrorHandling(error=RecipientError, outcome=Attempt.Outcome.FAILED, react=_fail_recipient),
    ErrorHandling(error=MediaExpired, outcome=Attempt.Outcome.RETRY, react=_upload_again),
    ErrorHandling(error=MediaRefused, outcome=Attempt.Outcome.FAILED, react=_fail_media),
    ErrorHandling(error=AmbiguousError, outcome=Attempt.Outcome.AMBIGUOUS, react=_retry_ambiguous),
    ErrorHandling(error=WeComError, outcome=Attempt.Outcome.FAILED, react=_fail_refused),
)
