"""Pause, resume and cancel: messages without a call are taken back, and go on after a pause."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from conversations import services as conversations
from core.work import crash_points
from scheduling.campaigns import approved_content
from scheduling.deliveries import run_progress, videos_ahead, videos_or_text, way_out_calls
from scheduling.models import FAR, Batch, Campaign, CampaignRun, Delivery
from wecom.models import Corporation, Outbound

WAITS: Mapping[str, Any] = {
    "status": Batch.Status.QUEUED,
    "reason": Batch.Reason.PAUSED,
    "due_at": FAR,
    "attempts": 0,
    "started_at": None,
}
"""A batch that waits until its campaign goes on; it has patience with its videos anew."""


def take_back(campaign: Campaign) -> int:
    """Take back the batches whose calls were not made yet; they wait for their turn again. Returns how many.

    Their videos end, unless others wait for them.
    """
    # A worker that has claimed one, and has not seen the pause, finds that its lease is gone before it queues calls.
    # Without a join, so that PostgreSQL looks at the state of one again that it has waited for.
    ours = Batch.objects.filter(run__in=campaign.runs.values("pk"))
    rendering = Q(status=Batch.Status.QUEUED, reason=Batch.Reason.RENDERING)
    count = ours.filter(Q(status=Batch.Status.RUNNING) | rendering).update(**WAITS, lease_owner="", lease_until=None)
    crash_points.point("campaign.stopping")
    videos_ahead.forget(campaign)
    videos_or_text.end_unwanted(campaign)
    flying = Batch.objects.filter(run__campaign=campaign, ended_at=None, status=Batch.Status.DONE)
    return count + sum(_take_back(batch) for batch in flying.select_related("outbound"))


def hold_rest(corporation: Corporation) -> int:
    """Hold the queued messages of a company's runs that cannot be taken back, such as the text behind an image that
    is out.

    Returns how many messages; `conversations.let_held_go` lets them go on.
    """
    unsent = Outbound.objects.filter(status__in=Outbound.UNFINISHED).exclude(cid="")
    runs = CampaignRun.objects.filter(cid__in=unsent.values("cid")).select_related("campaign__application")
    ours = [run for run in runs.order_by("pk") if _sent_by(run.campaign, corporation)]
    return sum(conversations.hold_unsent(run.cid) for run in ours)


def go_on(campaign: Campaign, *, now: datetime) -> None:
    """Let the batches of open runs go again, with the contents that are approved now. In a transaction."""
    description = approved_content.describe(campaign)
    digest = approved_content.digest(description)
    for run in campaign.runs.filter(ended_at=None):
        CampaignRun.objects.filter(pk=run.pk).update(content=description, digest=digest)
        if run.status == CampaignRun.Status.DONE:
            run.batches.look_again(now)
            run_progress.release_next(run, now=now)
        else:
            CampaignRun.objects.filter(pk=run.pk).update(due_at=now, woken_at=None)
            run.wake()


def go_on_everywhere(corporation: Corporation, *, stopped_at: datetime | None, now: datetime) -> int:
    """Let the running campaigns of a company go on after the switch was turned back; returns how many runs.

    Runs that waited for too long expire.
    """
    running = CampaignRun.objects.filter(
        ended_at=None, status=CampaignRun.Status.DONE, campaign__state=Campaign.State.RUNNING
    )
    rows = running.select_related("campaign").order_by("campaign", "pk")
    ours = [run for run in rows if _sent_by(run.campaign, corporation)]
    for run in ours:
        if stopped_at is not None and _is_too_late(run, stopped_at, now):
            _let_expire(run, now=now)
        else:
            run_progress.release_next(run, now=now)
    return len(ours)


def _is_too_late(run: CampaignRun, stopped_at: datetime, now: datetime) -> bool:
    """Whether a stop held a run for longer than its grace, where it needs no approval and skips missed moments.

    An approved run goes on at any time, because half of its members may have it.
    """
    campaign = run.campaign
    skips = not campaign.needs_approval and campaign.missed == Campaign.Missed.SKIP
    return skips and now - max(run.moment, stopped_at) > campaign.grace


def _let_expire(run: CampaignRun, *, now: datetime) -> None:
    Campaign.objects.select_for_update(of=("self",)).get(pk=run.campaign_id)  # before its run, as everywhere
    count = _end_waiting(run, Delivery.Status.EXPIRED, Delivery.Reason.EXPIRED, now=now)
    if count == run.planned:
        CampaignRun.objects.filter(pk=run.pk).update(reason=CampaignRun.Reason.MISSED)


def _sent_by(campaign: Campaign, corporation: Corporation) -> bool:
    sender = campaign.sender
    return sender is not None and sender.corporation_id == corporation.pk


def cancel_rest(campaign: Campaign, *, now: datetime) -> int:
    """End all that has not gone out; returns how many members do not get it."""
    count = 0
    for run in campaign.runs.filter(ended_at=None):
        with transaction.atomic():
            run.cancel(CampaignRun.Reason.CANCELLED)
            count += _end_waiting(run, Delivery.Status.CANCELLED, Delivery.Reason.CANCELLED, now=now)
    videos_or_text.end_unwanted(campaign)
    return count


def _end_waiting(run: CampaignRun, status: Delivery.Status, reason: Delivery.Reason, *, now: datetime) -> int:
    """End the batches of a run that wait, and the run if no other is on its way; returns how many members they had."""
    waiting = Batch.objects.filter(run=run, ended_at=None, status=Batch.Status.QUEUED)
    numbers = list(waiting.values_list("number", flat=True))
    rows = Delivery.objects.filter(run=run, batch__in=numbers, status=Delivery.Status.PLANNED)
    count = rows.update(status=status, reason=reason)
    waiting.update(status=Batch.Status.CANCELLED, ended_at=now, finished_at=now)
    if not Batch.objects.filter(run=run, ended_at=None).exists():
        run_progress.end_run(run, now=now)
    return count


def cancel_left(*, now: datetime, most: int) -> None:
    """End the unsent batches of cancelled campaigns, where the process died that was to do so."""
    waiting = Batch.objects.filter(status__in=Batch.UNFINISHED, ended_at=None)
    runs = CampaignRun.objects.filter(ended_at=None, campaign__state=Campaign.State.CANCELLED)
    left = runs.filter(Q(status__in=CampaignRun.UNFINISHED) | Exists(waiting.filter(run=OuterRef("pk"))))
    for campaign in Campaign.objects.filter(pk__in=left.values("campaign")).order_by("pk")[:most]:
        take_back(campaign)
        cancel_rest(campaign, now=now)


def _take_back(batch: Batch) -> int:
    """One transaction for each: a call that ends now is locked before its batch, here and where it is followed."""
    with transaction.atomic():
        outbounds = [batch.outbound] if batch.outbound else _personal(batch)
        cancelled = [outbound for outbound in outbounds if conversations.take_back(outbound)]
        if not cancelled:
            return 0
        if batch.outbound is None:
            Delivery.objects.filter(outbound__in=cancelled).update(outbound=None)
        if len(cancelled) == len(outbounds):
            way_out_calls.take_back(batch, cancelled)
            Batch.objects.filter(pk=batch.pk).update(**WAITS, outbound=None, pending=0)
        else:
            Batch.objects.filter(pk=batch.pk).update(pending=F("pending") - len(cancelled))
            _part(batch)
        return 1


def _personal(batch: Batch) -> list[Outbound]:
    rows = Delivery.objects.filter(run=batch.run_id, batch=batch.number, status=Delivery.Status.PLANNED)
    rows = rows.exclude(outbound=None).select_related("outbound").order_by("outbound_id")
    return list({row.outbound.pk: row.outbound for row in rows if row.outbound}.values())


def _part(batch: Batch) -> None:
    """The members of a batch whose calls were taken back, while others were made, wait in a batch of their own."""
    rows = Delivery.objects.filter(run=batch.run_id, batch=batch.number, status=Delivery.Status.PLANNED, outbound=None)
    count = rows.count()
    later = Batch.objects.create_beside(batch, size=count, due_at=FAR, reason=Batch.Reason.PAUSED)
    rows.update(batch=later.number)
    Batch.objects.filter(pk=batch.pk).update(size=F("size") - count)
