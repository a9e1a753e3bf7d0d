"""Delivery: claim, freeze, record the attempt, call, settle. Nothing is lost and nothing arrives twice.

The protocol is that of the house: certain failures retry, permanent ones settle, configuration faults hold the whole
application, and what may have arrived is sent again with the same bytes under the platform's duplicate check, which
remembers for four hours; after that a person decides.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from core.work import crash_points
from core.work.base import LeaseLost
from wecom import restore_guard
from wecom.client import access_tokens, api
from wecom.directory import members as people
from wecom.exceptions import ContentError, WeComError
from wecom.media import uploads
from wecom.models import Attempt, Outbound, Upload
from wecom.outbox import outcomes, payloads, video_fallback
from wecom.quotas import members

logger = logging.getLogger(__name__)

REMEMBERED = timedelta(hours=4) - timedelta(minutes=10)
FORGOTTEN = timedelta(hours=5)
CONFIRMED = timedelta(minutes=5)  # until a person's confirmation is looked for again
AHEAD = 20  # messages that go before one that nobody waits for


def deliver(pk: int, *, now: datetime | None = None) -> None:
    """Make one attempt at an Outbound, or put it back with the reason. Before bulk goes what somebody waits for."""
    for urgent in _more_urgent(pk, now or timezone.now()):
        _deliver_one(urgent, now)
    _deliver_one(pk, now)


def _more_urgent(pk: int, now: datetime) -> list[int]:
    """Replies that are due, where this is bulk: a broker that was full of bulk before they came says so too late."""
    if not Outbound.objects.filter(pk=pk, priority__lt=0).exists():
        return []
    due = Outbound.objects.filter(pk__in=Outbound.work_rows().claimable(now).filter(priority__gte=0).values("pk"))
    return list(due.order_by("-priority", "due_at", "pk").values_list("pk", flat=True)[:AHEAD])


def _deliver_one(pk: int, now: datetime | None) -> None:
    outbound = Outbound.claim(pk, now=now)
    if outbound is None:
        return
    crash_points.point("outbound.claimed")
    try:
        _deliver(outbound, now or timezone.now())
    except LeaseLost:
        logger.info("Somebody else delivers this message.", extra={"cid": outbound.cid})


def _deliver(outbound: Outbound, now: datetime) -> None:
    abandoned = Attempt.objects.abandoned(outbound)
    if abandoned.exists():
        outbound.update_leased(was_ambiguous=True)
        abandoned.update(outcome=Attempt.Outcome.AMBIGUOUS, ended_at=now, detail="worker_died")
    if outbound.was_ambiguous and outbound.first_attempt_at and now - outbound.first_attempt_at > REMEMBERED:
        outcomes.settle(outbound, Outbound.Status.FAILED, Outbound.Reason.UNKNOWN)
    elif outbound.expires_at and outbound.expires_at <= now and not outbound.was_ambiguous:
        outcomes.settle(outbound, Outbound.Status.CANCELLED, Outbound.Reason.EXPIRED)
    elif not (_reaches_nobody(outbound) or _must_wait(outbound, now) or _has_no_form(outbound)):
        database = restore_guard.confirmed_instance()
        if database:
            _attempt(outbound, now, database)
        else:
            outbound.postpone(now + CONFIRMED, Outbound.Reason.GUARDED, count_attempt=False)


def _reaches_nobody(outbound: Outbound) -> bool:
    """End it without a call where everybody is known to have left, or to be out of the visible range."""
    if outbound.body is not None or not outbound.recipients:
        return False
    beyond = people.find_unreachable(outbound.application, outbound.recipients)
    if not beyond.keys() >= set(outbound.recipients):
        return False
    outcomes.settle(outbound, Outbound.Status.FAILED, Outbound.Reason.RECIPIENT, invalid=sorted(beyond))
    return True


def _must_wait(outbound: Outbound, now: datetime) -> bool:
    held_until = outbound.application.held_until
    if held_until and held_until > now:
        outbound.postpone(held_until, Outbound.Reason.HELD, count_attempt=False)
        return True
    if outbound.body is not None:
        return False
    return any(_waits_for_upload(outbound, upload, now) for upload in outbound.files())


def _waits_for_upload(outbound: Outbound, upload: Upload, now: datetime) -> bool:
    with transaction.atomic():
        # Locked, so that an upload that ends at this moment either is seen here or sees this message wait.
        upload = Upload.objects.select_for_update().get(pk=upload.pk)
        if upload.pk == outbound.upload_id:
            outbound.upload = upload
        failed = upload.status == Upload.Status.FAILED
        if not failed and not upload.is_usable(now):
            outbound.postpone(now + outcomes.UPLOAD_WAIT, Outbound.Reason.UPLOADING, count_attempt=False)
            uploads.requeue(upload)
            return True
    if failed:
        outcomes.settle(outbound, Outbound.Status.CANCELLED, "upload_failed")
    return failed


def _has_no_form(outbound: Outbound) -> bool:
    """End it where its video is too large in every form, and nobody made a page for it."""
    if outbound.body is not None or video_fallback.apply_fallback(outbound):
        return False
    outcomes.settle(outbound, Outbound.Status.FAILED, Outbound.Reason.MEDIA)
    return True


def _attempt(outbound: Outbound, now: datetime, database: str) -> None:
    try:
        token = access_tokens.valid_token(outbound.application)
        attempt = _open(outbound, now)
    except ContentError as error:
        outcomes.settle(outbound, Outbound.Status.FAILED, error.code[:40])
        return
    except WeComError as error:
        outcomes.postpone(outbound, error)
        return
    if attempt is None:
        return
    restore_guard.record_attempt(database, attempt.pk)
    crash_points.point("outbound.attempting")
    began = time.monotonic()
    try:
        answer = _call(outbound, token)
    except WeComError as error:
        with transaction.atomic():
            if outcomes.settle_error(outbound, attempt, error):
                members.refund(outbound, now)
            else:
                members.record_arrival(outbound, now, timedelta(seconds=time.monotonic() - began))
        return
    crash_points.point("outbound.called")
    with transaction.atomic():
        outcomes.settle_accepted(outbound, attempt, answer)
        members.record_arrival(outbound, now, timedelta(seconds=time.monotonic() - began))
    crash_points.point("outbound.settled")


@transaction.atomic
def _open(outbound: Outbound, now: datetime) -> Attempt | None:
    """Reserve, freeze the bytes at the first claim, and record the attempt; None where a limit is used up."""
    until = members.reserve(outbound, now)
    if until is not None:
        outbound.postpone(until, Outbound.Reason.QUOTA, count_attempt=False)
        return None
    if outbound.body is None:
        repeat = _repeat(outbound, now)
        invalid = sorted(people.find_unreachable(outbound.application, outbound.recipients))
        body = _freeze(outbound, repeat, without=invalid)
        began = outbound.first_attempt_at or now
        outbound.update_leased(body=body, repeat=repeat, invalid=invalid, first_attempt_at=began)
    return Attempt.objects.create(outbound=outbound, number=outbound.tries.count() + 1)


def _repeat(outbound: Outbound, now: datetime) -> int:
    """A number that no equal message has whose bytes the platform may still remember.

    All equal rows are locked, so that two workers who freeze at once do not take the same one.
    """
    equal = Outbound.objects.filter(fingerprint=outbound.fingerprint).exclude(finished_at__lt=now - FORGOTTEN)
    rows = equal.order_by("pk").select_for_update().only("pk", "repeat", "first_attempt_at")
    others = [row.repeat + 1 for row in rows if row.pk != outbound.pk and (row.first_attempt_at or row.repeat)]
    return max([outbound.repeat, *others])


def _freeze(outbound: Outbound, repeat: int, *, without: list[str]) -> bytes:
    return payloads.build_body(
        recipients=[user_id for user_id in outbound.recipients if user_id not in without],
        agent_id=outbound.application.agent_id,
        msgtype=outbound.msgtype,
        payload=outbound.content,
        media_id=outbound.upload.media_id if outbound.upload else "",
        repeat=repeat,
        options=outbound.options,
        carried={name: upload.media_id for name, upload in outbound.attachments().items()},
    )


def _call(outbound: Outbound, token: str) -> dict[str, object]:
    body, base_url = bytes(outbound.body or b""), outbound.application.api_base_url
    return access_tokens.with_token(
        outbound.application, lambda token: api.post(base_url, "message/send", body, access_token=token), token=token
    )
