"""Delivery: claim, freeze, record the attempt, call, settle. Nothing is lost and nothing arrives twice.

Certain failures are retried and permanent ones settle; a wrong setting holds the whole application. A message that may
have arrived is sent again with the same bytes under the platform's duplicate check, which remembers for four hours;
after that a person decides.
"""

import logging
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Q, QuerySet
from django.utils import timezone

from core.postgresql.prepared_statements import prepared_statements
from core.work import crash_points, processes
from core.work.base import LeaseLost
from wecom import metrics
from wecom.client import access_tokens, api, outages
from wecom.directory import member_rows
from wecom.exceptions import ContentError, WeComError
from wecom.media import uploads
from wecom.models import Attempt, Guard, Outbound, Upload
from wecom.outbox import duplicates, outcomes, payloads, standings, video_fallback
from wecom.outbox.standings import Standing
from wecom.quotas import send_quota
from wecom.restore import guard as restore_guard

logger = logging.getLogger(__name__)

GUARD_CHECK = timedelta(minutes=5)  # until the restore guard is asked again
JUST_CHECKED = timedelta(minutes=1)  # since a broadcast left out those whom it would not reach
MAX_URGENT = 20  # messages that overtake one bulk message
PATIENCE = 0.5  # seconds that a bulk message waits for replies of other workers, and between two looks at them
LOOK = 0.05


def deliver_claimed(outbound: Outbound, now: datetime, standing: Standing | None = None) -> None:
    """Make one attempt to deliver a message that this worker has claimed, or put it back with the reason."""
    try:
        _deliver(outbound, now, standing or standings.read(outbound, now=now))
    except LeaseLost:
        logger.info("Another worker delivers this message.", extra={"cid": outbound.cid})


@prepared_statements()
def deliver(
    pk: int, *, now: datetime | None = None, by: Callable[[Outbound, datetime], None] = deliver_claimed
) -> None:
    """Claim a message, for one attempt to deliver it. Urgent messages go before bulk.

    A worker that takes bulk only lets others deliver these: it has the processor last.
    """
    if _claim_and_deliver(pk, now, by, given=_no_reply_is_due):
        return
    more = _more_urgent(pk, now or timezone.now())
    if more and processes.takes_bulk_only():
        _let_replies_pass(now)
        more = []
    for urgent in more or ():
        _claim_and_deliver(urgent, now, by)
    if more is not None:
        _claim_and_deliver(pk, now, by)


def _no_reply_is_due(now: datetime) -> Q:
    return Q(priority__gte=0) | Q(~Exists(urgent_due(now)))


def urgent_due(now: datetime) -> QuerySet[Outbound]:
    """Replies that are due: the broker may have queued bulk before them."""
    return Outbound.objects.filter(status__in=Outbound.UNFINISHED, priority__gte=0, due_at__lte=now)


def _more_urgent(pk: int, now: datetime) -> list[int] | None:
    """The replies that go before this row, if it is bulk and waits; else None: another worker has it, or it is done."""
    if not Outbound.objects.filter(pk=pk, priority__lt=0, status=Outbound.Status.QUEUED).exists():
        return None
    due = Outbound.work_rows().claimable(now).filter(priority__gte=0)
    return list(due.order_by("-priority", "due_at", "pk").values_list("pk", flat=True)[:MAX_URGENT])


def _let_replies_pass(now: datetime | None) -> None:
    ends_at = time.monotonic() + PATIENCE
    while time.monotonic() < ends_at and urgent_due(now or timezone.now()).exists():
        time.sleep(LOOK)


def _claim_and_deliver(
    pk: int,
    now: datetime | None,
    by: Callable[[Outbound, datetime], None],
    *,
    given: Callable[[datetime], Q] | None = None,
) -> bool:
    """Whether the row was claimed, however its attempt ended."""
    outbound = Outbound.claim(pk, now=now, given=given)
    if outbound is None:
        return False
    crash_points.point("outbound.claimed")
    by(outbound, now or timezone.now())
    return True


def _deliver(outbound: Outbound, now: datetime, standing: Standing) -> None:
    if standing.is_abandoned:
        _close_abandoned_attempts(outbound, now)
    guard = standing.guard or restore_guard.confirmed()
    if guard is None:
        outbound.postpone(now + GUARD_CHECK, Outbound.Reason.GUARDED, count_attempt=False)
        if restore_guard.restore_hold() is None:  # a person confirmed meanwhile, and may have missed this one
            restore_guard.wake_guarded()
        return
    if (
        _went_out_before(outbound, guard)
        or _is_too_late(outbound, now)
        or _is_unreachable(outbound, standing)
        or _is_held(outbound, now)
        or _lacks_upload(outbound, now)
        or _lacks_form(outbound)
        or _is_cut_off(outbound, now)
    ):
        return
    _attempt(outbound, now, guard, standing)


def _went_out_before(outbound: Outbound, guard: Guard) -> bool:
    """Settle it if all its recipients got it after the backup that this database was restored from; note who did."""
    if not guard.forgotten:
        return False
    with transaction.atomic(savepoint=False):
        gone = restore_guard.sent_before(guard, outbound)
        if set(gone) >= set(outbound.recipients):
            outcomes.settle(outbound, Outbound.Status.DONE, Outbound.Reason.RESTORED, sent_before=gone)
            return True
        if gone and outbound.body is None:
            outbound.update_leased(sent_before=gone)
    return False


def _close_abandoned_attempts(outbound: Outbound, now: datetime) -> None:
    """Close the attempt that a dead worker left open."""
    outbound.update_leased(was_ambiguous=True)
    abandoned = Attempt.objects.abandoned(outbound)
    abandoned.update(outcome=Attempt.Outcome.AMBIGUOUS, ended_at=now, detail="worker_died")


def _is_too_late(outbound: Outbound, now: datetime) -> bool:
    """Settle it if it has expired, or if it may have arrived and the platform would no longer notice a duplicate."""
    if outbound.was_ambiguous:
        if not outbound.first_attempt_at or now - outbound.first_attempt_at <= payloads.same_bytes_for(outbound.repeat):
            return False
        outcomes.settle(outbound, Outbound.Status.FAILED, Outbound.Reason.UNKNOWN)
        return True
    if not outbound.expires_at or outbound.expires_at > now:
        return False
    outcomes.settle(outbound, Outbound.Status.CANCELLED, Outbound.Reason.EXPIRED)
    return True


def _is_unreachable(outbound: Outbound, standing: Standing) -> bool:
    """Settle it without a call if its recipient has left, or is out of the visible range."""
    if outbound.body is not None or not standing.unreachable:
        return False
    return _reaches_nobody(outbound, dict.fromkeys(outbound.recipients, standing.unreachable))


def _reaches_nobody(outbound: Outbound, unreachable: Mapping[str, str]) -> bool:
    if not unreachable.keys() >= set(outbound.recipients) - set(outbound.sent_before):
        return False
    left = set(unreachable.values()) == {"left"}
    reason = Outbound.Reason.LEFT if left else Outbound.Reason.RECIPIENT
    outcomes.settle(outbound, Outbound.Status.FAILED, reason, invalid=sorted(unreachable))
    return True


def _is_held(outbound: Outbound, now: datetime) -> bool:
    held_until = outbound.application.held_until
    if not held_until or held_until <= now:
        return False
    outbound.postpone(held_until, Outbound.Reason.HELD, count_attempt=False)
    return True


def _lacks_upload(outbound: Outbound, now: datetime) -> bool:
    return outbound.body is None and any(_waits_for_upload(outbound, upload, now) for upload in outbound.files())


def _waits_for_upload(outbound: Outbound, upload: Upload, now: datetime) -> bool:
    with transaction.atomic():
        # Locked: an upload that ends at this moment is either seen here, or sees this message wait.
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


def _lacks_form(outbound: Outbound) -> bool:
    """Settle it if its video is too large in every form and no receiver made a page for it."""
    if outbound.body is not None or outbound.upload is None or video_fallback.apply_fallback(outbound):
        return False
    outcomes.settle(outbound, Outbound.Status.FAILED, Outbound.Reason.MEDIA)
    return True


def _is_cut_off(outbound: Outbound, now: datetime) -> bool:
    """Put it back while the platform is away and another row is the probe. Checked last: a probe shall call."""
    if outages.may_call(outbound.application, now):
        return False
    outages.postpone(outbound, outbound.application, Outbound.Reason.UNREACHABLE, tried=False)
    return True


def _attempt(outbound: Outbound, now: datetime, guard: Guard, standing: Standing) -> None:
    try:
        token = access_tokens.valid_token(outbound.application, just_read=True)
        attempt = _freeze_and_record_attempt(outbound, now, standing)
    except ContentError as error:
        outcomes.settle(outbound, Outbound.Status.FAILED, error.code[:40])
        return
    except WeComError as error:
        outcomes.postpone(outbound, error)
        return
    if attempt is None:
        return
    restore_guard.record_attempts(guard, {attempt: _called(outbound)})
    crash_points.point("outbound.attempting")
    began = time.monotonic()
    try:
        answer = api.post(outbound.application, "message/send", bytes(outbound.body or b""), token=token)
    except WeComError as error:
        settle_error(attempt, error, guard=guard, reserved=now, took=timedelta(seconds=time.monotonic() - began))
        return
    crash_points.point("outbound.called")
    with transaction.atomic():
        outcomes.settle_accepted(outbound, attempt, answer, reopened=standing.is_reopened)
        send_quota.record_arrival(outbound, now, timedelta(seconds=time.monotonic() - began))
    crash_points.point("outbound.settled")


@transaction.atomic
def settle_error(attempt: Attempt, error: WeComError, *, guard: Guard, reserved: datetime, took: timedelta) -> None:
    """Settle a call that was not accepted; one that certainly reached no member does not count for the quotas."""
    outbound = attempt.outbound
    if outcomes.settle_error(outbound, attempt, error):
        send_quota.refund(outbound, reserved)
        restore_guard.record_refusals(guard, [attempt])
    else:
        send_quota.record_arrival(outbound, reserved, took)


@transaction.atomic
def _freeze_and_record_attempt(outbound: Outbound, now: datetime, standing: Standing) -> Attempt | None:
    """Reserve quota, freeze the bytes at the first attempt, and record it; None if a limit is used up.

    A message to many that would reach none of them is settled; None then, too.
    """
    unreachable: Mapping[str, str] = {}
    is_checked = outbound.broadcast != "" and now - outbound.created_at < JUST_CHECKED
    if outbound.body is None and len(outbound.recipients) > 1 and not is_checked:
        unreachable = member_rows.find_unreachable(outbound.application, outbound.recipients)
        if _reaches_nobody(outbound, unreachable):
            return None
    until = send_quota.reserve(outbound, now, standing.fresh_usage())
    if until is not None:
        outbound.postpone(until, Outbound.Reason.QUOTA, count_attempt=False)
        metrics.QUOTA_DELAYED.add()
        return None
    if outbound.body is None:
        invalid = sorted(unreachable.keys() - set(outbound.sent_before))
        if not duplicates.comes_in_turn(outbound) or _freeze(outbound, outbound.repeat, now, invalid):
            _freeze(outbound, duplicates.next_repeats([outbound], now)[outbound.pk], now, invalid)
    return Attempt.objects.create(outbound=outbound, number=standing.tried + 1)


def _freeze(outbound: Outbound, repeat: int, now: datetime, invalid: list[str]) -> bool:
    """Write the bytes of its call with a repeat number; whether there is an equal message of the last hours."""
    body, began = build_body(outbound, repeat, without=invalid), outbound.first_attempt_at or now
    fields = {"body": body, "repeat": repeat, "invalid": invalid, "first_attempt_at": began}
    return bool(outbound.write_leased(fields, reads=duplicates.EQUAL, asked=duplicates.asked(outbound, now)))


def _called(outbound: Outbound, without: Collection[str] = ()) -> list[str]:
    """The recipients of the call: all but those out of reach, and those who have had it."""
    others = {*outbound.invalid, *outbound.sent_before, *without}
    return [user_id for user_id in outbound.recipients if user_id not in others]


def build_body(outbound: Outbound, repeat: int, *, without: Collection[str] = ()) -> bytes:
    """The bytes of its call. Raises `ContentError` for a content that the platform would refuse."""
    return payloads.build_body(
        recipients=_called(outbound, without=without),
        agent_id=outbound.application.agent_id,
        msgtype=outbound.msgtype,
        payload=outbound.content,
        media_id=outbound.upload.media_id if outbound.upload else "",
        repeat=repeat,
        options=outbound.options,
        carried={name: upload.media_id for name, upload in outbound.attachments().items()},
    )
