"""Delivery: claim, freeze, record the attempt, call, settle. Nothing is lost and nothing arrives twice.

The protocol is that of the house: certain failures retry, permanent ones settle, configuration faults hold the whole
application, and what may have arrived is sent again with the same bytes under the platform's duplicate check, which
remembers for four hours; after that a person decides.
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from openuser.lib import crash
from openuser.lib.work import LeaseLost
from wecom import auth, client, freezing, limits, uploads
from wecom.exceptions import (
    AmbiguousError,
    ApiError,
    BusyError,
    ConfigurationError,
    ContentError,
    MediaExpired,
    NotReached,
    RecipientError,
    TokenRejected,
    WeComError,
)
from wecom.models import Attempt, Outbound, Upload
from wecom.signals import outbound_settled

logger = logging.getLogger(__name__)

BACK_OFF = (5, 30, 120, 600, 1800)
REMEMBERED = timedelta(hours=4) - timedelta(minutes=10)
FORGOTTEN = timedelta(hours=5)
UPLOAD_PATIENCE = timedelta(minutes=10)


def deliver(pk: int, *, now: datetime | None = None) -> None:
    """Make one attempt at an Outbound, or put it back with the reason."""
    outbound = Outbound.claim(pk, now=now)
    if outbound is None:
        return
    crash.point("outbound.claimed")
    try:
        _deliver(outbound, now or timezone.now())
    except LeaseLost:
        logger.info("Somebody else delivers this message.", extra={"cid": outbound.cid})


def _deliver(outbound: Outbound, now: datetime) -> None:
    abandoned = Attempt.objects.abandoned(outbound)
    if abandoned.exists():
        outbound.record(was_ambiguous=True)
        abandoned.update(outcome=Attempt.Outcome.AMBIGUOUS, ended_at=now, detail="worker_died")
    if outbound.was_ambiguous and outbound.first_attempt_at and now - outbound.first_attempt_at > REMEMBERED:
        _end(outbound, Outbound.Status.FAILED, Outbound.Reason.UNKNOWN)
    elif outbound.expires_at and outbound.expires_at <= now and not outbound.was_ambiguous:
        _end(outbound, Outbound.Status.CANCELLED, Outbound.Reason.EXPIRED)
    elif not _must_wait(outbound, now):
        _attempt(outbound, now)


def _must_wait(outbound: Outbound, now: datetime) -> bool:
    held_until = outbound.application.held_until
    if held_until and held_until > now:
        outbound.postpone(held_until, Outbound.Reason.HELD, burn=False)
        return True
    if outbound.upload is not None and outbound.body is None and _waits_for_upload(outbound, outbound.upload, now):
        return True
    until = limits.wait_for(outbound, now)
    if until is not None:
        outbound.postpone(until, "quota", burn=False)
    return until is not None


def _waits_for_upload(outbound: Outbound, upload: Upload, now: datetime) -> bool:
    with transaction.atomic():
        # Locked, so that an upload that ends at this moment either is seen here or sees this message wait.
        upload = outbound.upload = Upload.objects.select_for_update().get(pk=upload.pk)
        failed = upload.status == Upload.Status.FAILED
        if not failed and not upload.is_usable(now):
            outbound.postpone(now + UPLOAD_PATIENCE, Outbound.Reason.UPLOADING, burn=False)
            uploads.want(upload)
            return True
    if failed:
        _end(outbound, Outbound.Status.CANCELLED, "upload_failed")
    return failed


def _attempt(outbound: Outbound, now: datetime) -> None:
    try:
        token = auth.access_token(outbound.application)
        with transaction.atomic():
            attempt = _open(outbound, now)
    except ContentError as error:
        _end(outbound, Outbound.Status.FAILED, error.code[:40])
        return
    except WeComError as error:
        _put_back(outbound, error)
        return
    crash.point("outbound.attempting")
    try:
        answer = _call(outbound, token)
    except WeComError as error:
        with transaction.atomic():
            _close(attempt, OUTCOMES[_kind(error)], error)
            REACTIONS[_kind(error)](outbound, error)
        return
    crash.point("outbound.called")
    with transaction.atomic():
        _close(attempt, Attempt.Outcome.SENT, None)
        _sent(outbound, answer)
    crash.point("outbound.settled")


def _open(outbound: Outbound, now: datetime) -> Attempt:
    """Freeze the bytes at the first claim, in the transaction that records the attempt."""
    if outbound.body is None:
        repeat = _repeat(outbound, now)
        body = _freeze(outbound, repeat)
        outbound.record(body=body, repeat=repeat, first_attempt_at=outbound.first_attempt_at or now)
    return Attempt.objects.create(outbound=outbound, number=outbound.tries.count() + 1)


def _repeat(outbound: Outbound, now: datetime) -> int:
    """A number that no equal message has whose bytes the platform may still remember.

    All equal rows are locked, so that two workers who freeze at once do not take the same one.
    """
    equal = Outbound.objects.filter(fingerprint=outbound.fingerprint).exclude(finished_at__lt=now - FORGOTTEN)
    rows = equal.order_by("pk").select_for_update().only("pk", "repeat", "first_attempt_at")
    others = [row.repeat + 1 for row in rows if row.pk != outbound.pk and (row.first_attempt_at or row.repeat)]
    return max([outbound.repeat, *others])


def _freeze(outbound: Outbound, repeat: int) -> bytes:
    return freezing.body(
        recipients=outbound.recipients,
        agent_id=outbound.application.agent_id,
        msgtype=outbound.msgtype,
        payload=outbound.content,
        media_id=outbound.upload.media_id if outbound.upload else "",
        repeat=repeat,
    )


def _call(outbound: Outbound, token: str) -> dict[str, object]:
    body, base_url = bytes(outbound.body or b""), outbound.application.api_base_url
    return auth.with_token(
        outbound.application, lambda token: client.post(base_url, "message/send", body, access_token=token), token=token
    )


def _close(attempt: Attempt, outcome: Attempt.Outcome, error: WeComError | None) -> None:
    attempt.outcome, attempt.ended_at = outcome, timezone.now()
    attempt.errcode = error.errcode if isinstance(error, ApiError) else (0 if error is None else None)
    attempt.detail = "" if error is None else error.code[:200]
    attempt.save(update_fields=["outcome", "ended_at", "errcode", "detail"])


def _sent(outbound: Outbound, answer: dict[str, object]) -> None:
    if outbound.application.held_reason:
        auth.end_hold(outbound.application)
    invalid = sorted(
        {name for key in ("invaliduser", "unlicenseduser") for name in str(answer.get(key) or "").split("|") if name}
    )
    fields = {"errcode": 0, "msgid": str(answer.get("msgid") or ""), "invalid": invalid}
    fields["response_code"] = str(answer.get("response_code") or "")
    if len(invalid) >= len(outbound.recipients):
        _end(outbound, Outbound.Status.FAILED, Outbound.Reason.RECIPIENT, **fields)
    else:
        _end(outbound, Outbound.Status.DONE, "", **fields)


def _end(outbound: Outbound, status: Outbound.Status, reason: str, **fields: object) -> None:
    with transaction.atomic():
        outbound.settle(status, reason, **fields)
        outbound_settled.send(Outbound, outbound=outbound)
    logger.info("A message reached its end.", extra={"cid": outbound.cid, "status": status, "reason": reason})


def _put_back(outbound: Outbound, error: WeComError) -> None:
    """Before any attempt was recorded: nothing was sent, so nothing is ambiguous."""
    if isinstance(error, ConfigurationError):
        outbound.postpone(timezone.now() + auth.HELD_FOR, Outbound.Reason.HELD, burn=False)
    else:
        outbound.postpone(_later(outbound), Outbound.Reason.BUSY)


def _busy(outbound: Outbound, error: WeComError) -> None:
    outbound.postpone(_later(outbound), Outbound.Reason.BUSY)


def _ambiguous(outbound: Outbound, error: WeComError) -> None:
    outbound.postpone(_later(outbound), Outbound.Reason.AMBIGUOUS, was_ambiguous=True)


def _hold(outbound: Outbound, error: WeComError) -> None:
    auth.hold(outbound.application, error)
    errcode = error.errcode if isinstance(error, ApiError) else None
    outbound.postpone(timezone.now() + auth.HELD_FOR, Outbound.Reason.HELD, burn=False, errcode=errcode)


def _upload_again(outbound: Outbound, error: WeComError) -> None:
    """Only a body that certainly never arrived may change its bytes."""
    if outbound.was_ambiguous or outbound.upload is None:
        _refused(outbound, error)
        return
    uploads.forget(outbound.upload)
    outbound.postpone(timezone.now() + UPLOAD_PATIENCE, Outbound.Reason.UPLOADING, body=None)


def _unreachable(outbound: Outbound, error: WeComError) -> None:
    errcode = error.errcode if isinstance(error, ApiError) else None
    _end(outbound, Outbound.Status.FAILED, Outbound.Reason.RECIPIENT, errcode=errcode, invalid=outbound.recipients)


def _refused(outbound: Outbound, error: WeComError) -> None:
    errcode = error.errcode if isinstance(error, ApiError) else None
    _end(outbound, Outbound.Status.FAILED, Outbound.Reason.REFUSED, errcode=errcode)


def _later(outbound: Outbound) -> datetime:
    ceiling = BACK_OFF[min(outbound.attempts, len(BACK_OFF)) - 1] * settings.WECOM["RETRY_UNIT"]
    return timezone.now() + timedelta(seconds=random.uniform(ceiling / 2, ceiling))


def _kind(error: WeComError) -> type[WeComError]:
    return next(kind for kind in REACTIONS if isinstance(error, kind))


# A token that is refused twice is a busy platform, not a wrong setting: the next attempt fetches another one.
REACTIONS: dict[type[WeComError], Callable[[Outbound, WeComError], None]] = {
    BusyError: _busy,
    NotReached: _busy,
    TokenRejected: _busy,
    ConfigurationError: _hold,
    RecipientError: _unreachable,
    MediaExpired: _upload_again,
    AmbiguousError: _ambiguous,
    WeComError: _refused,
}
OUTCOMES: dict[type[WeComError], Attempt.Outcome] = {
    BusyError: Attempt.Outcome.RETRY,
    NotReached: Attempt.Outcome.RETRY,
    TokenRejected: Attempt.Outcome.RETRY,
    ConfigurationError: Attempt.Outcome.HELD,
    RecipientError: Attempt.Outcome.FAILED,
    MediaExpired: Attempt.Outcome.RETRY,
    AmbiguousError: Attempt.Outcome.AMBIGUOUS,
    WeComError: Attempt.Outcome.FAILED,
}
