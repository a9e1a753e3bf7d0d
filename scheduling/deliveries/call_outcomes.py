"""The end of a call, for each of its members."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from core.live_updates import publish_change
from scheduling.deliveries import run_progress
from scheduling.models import Batch, CampaignRun, Delivery
from scheduling.signals import deliveries_settled
from wecom.models import Member, Outbound

REASONS = {
    Outbound.Reason.UNKNOWN: Delivery.Reason.UNKNOWN,
    Outbound.Reason.LEFT: Delivery.Reason.LEFT,
    Outbound.Reason.RECIPIENT: Delivery.Reason.UNREACHED,
    Outbound.Reason.EXPIRED: Delivery.Reason.EXPIRED,
    Outbound.Reason.MEDIA: Delivery.Reason.MEDIA,
    Outbound.Reason.RECALLED: Delivery.Reason.CANCELLED,
    "upload_failed": Delivery.Reason.MEDIA,
}
STATUSES = {Delivery.Reason.EXPIRED: Delivery.Status.EXPIRED, Delivery.Reason.CANCELLED: Delivery.Status.CANCELLED}


@transaction.atomic(savepoint=False)
def follow(outbound: Outbound, *, now: datetime) -> None:
    """Record the end of a call for its recipients; nothing if no campaign sent it."""
    batch = Batch.objects.with_campaign_locked().filter(outbound=outbound, ended_at=None).first()
    own = batch is None
    if batch is None:
        first = Delivery.objects.filter(outbound=outbound).only("run_id", "batch").first()
        if first is None:
            return
        batch = Batch.objects.with_campaign_locked().get(run=first.run_id, number=first.batch)
    planned = Delivery.objects.filter(run=batch.run_id, batch=batch.number, status=Delivery.Status.PLANNED)
    rows = planned.filter(outbound=outbound) if own else planned
    sent, failed = 0, 0
    if outbound.sent_before:
        sent = _of(rows, outbound, outbound.sent_before).update(status=Delivery.Status.SENT)
    for reason, user_ids in (
        (Delivery.Reason.UNREACHED, outbound.invalid),
        (Delivery.Reason.UNLICENSED, outbound.unlicensed),
    ):
        if user_ids:
            failed += _of(rows, outbound, user_ids).update(status=Delivery.Status.FAILED, reason=reason)
    if outbound.status == Outbound.Status.DONE:
        if batch.reason == Batch.Reason.TEXT:
            sent += rows.filter(reason=Delivery.Reason.TEXT).update(status=Delivery.Status.DEGRADED)
        sent += rows.update(status=Delivery.Status.SENT)
        _settle(batch, outbound, sent=sent, failed=failed, now=now)
        return
    reason = REASONS.get(outbound.reason, Delivery.Reason.REFUSED)
    failed += rows.update(status=STATUSES.get(reason, Delivery.Status.FAILED), reason=reason)
    _settle(batch, outbound, sent=sent, failed=failed, now=now)


def _of(rows: QuerySet[Delivery], outbound: Outbound, user_ids: Sequence[str]) -> QuerySet[Delivery]:
    """The rows of some recipients."""
    company = outbound.application.corporation_id
    return rows.filter(member__in=Member.objects.filter(corporation=company, user_id__in=user_ids).values("pk"))


@transaction.atomic
def note_recall(outbound: Outbound) -> int:
    """Those who had got a call that was taken back; returns how many they are, 0 if it is no campaign's."""
    batch = Batch.objects.filter(outbound=outbound).first()
    rows = Delivery.objects.filter(outbound=outbound)
    if batch is not None:
        rows = Delivery.objects.filter(run=batch.run_id, batch=batch.number)
    got = rows.filter(status__in=(Delivery.Status.SENT, Delivery.Status.DEGRADED))
    run = batch.run_id if batch is not None else got.values_list("run", flat=True).first()
    if run is None:
        return 0
    count = got.update(status=Delivery.Status.RECALLED)
    CampaignRun.objects.filter(pk=run).update(recalled=F("recalled") + count)
    publish_change("campaigns", "progress")
    return count


def _settle(batch: Batch, outbound: Outbound, *, sent: int, failed: int, now: datetime) -> None:
    deliveries_settled.send(Delivery, batch=batch, outbound=outbound, sent=sent, failed=failed)
    run_progress.count(batch, sent=sent, failed=failed, now=now)
