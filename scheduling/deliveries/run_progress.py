"""How far a run is: batches are let go, counted when they arrive, and the run ends with the last of them.

Only a few batches of a run are on their way at a time, so that a pause takes effect at once.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum

from core.live_updates import publish_change
from core.work.updates import update_returning
from scheduling.campaigns import campaign_states
from scheduling.deliveries import videos_or_text
from scheduling.models import FAR, Batch, Campaign, CampaignRun, OpenBatches
from scheduling.signals import campaign_finished, campaign_stopped

logger = logging.getLogger(__name__)
MOST_TOLD = 6  # moments until which members wait, soonest first


def release_next(run: CampaignRun, *, now: datetime) -> int:
    """Let the next batches of a run go, up to the window; returns how many. To be called in a transaction."""
    CampaignRun.objects.select_for_update(of=("self",)).only("pk").get(pk=run.pk)
    return _release(run, Batch.objects.open_by_zone(run, now), now=now)


def release_stuck(*, now: datetime, most: int) -> None:
    """Let batches of running campaigns go that nothing released."""
    waiting = Batch.objects.waiting(now).filter(run__campaign__state=Campaign.State.RUNNING, run__ended_at=None)
    runs = CampaignRun.objects.filter(status=CampaignRun.Status.DONE, pk__in=waiting.values("run"))
    for run in runs.order_by("pk")[:most]:
        with transaction.atomic():
            release_next(run, now=now)


def _release(run: CampaignRun, zones: Iterable[OpenBatches], *, now: datetime) -> int:
    """Each zone has a window of its own: a batch that waits for the morning in one holds up no other. The run is
    locked."""
    count = 0
    for zone in zones:
        free = settings.SCHEDULING["CAMPAIGN_WINDOW"] - zone.in_flight
        if free > 0 and zone.waiting:
            waiting = Batch.objects.waiting(now).filter(run=run, zone=zone.zone)
            count += let_go(waiting.order_by("number")[:free], now=now)
    return count


def let_go(rows: QuerySet[Batch], *, now: datetime) -> int:
    """Make batches due now and wake their workers; returns how many."""
    due = Batch.objects.filter(pk__in=rows.values("pk"))
    released = update_returning(due, due_at=now, woken_at=None, reason="")
    for row in sorted(released, key=lambda row: row.number):
        row.wake()
    return len(released)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many members of a run wait for one reason until one moment."""

    reason: str
    members: int
    until: datetime


def waiting_in(run: CampaignRun) -> list[Waiting]:
    """The reasons why batches of a run wait, soonest first; those that only wait for their turn are not named."""
    rows = Batch.objects.filter(run=run, status=Batch.Status.QUEUED, reason__in=Batch.TOLD).exclude(due_at=FAR)
    waiting = rows.order_by().values("reason", "due_at").annotate(members=Sum("size"))
    ordered = waiting.order_by("due_at", "reason").values_list("reason", "members", "due_at")[:MOST_TOLD]
    return [Waiting(reason=str(Batch.Reason(why).label), members=size, until=at) for why, size, at in ordered]


@dataclass(frozen=True, kw_only=True)
class ZoneProgress:
    """The members of a run in one time zone, when it was due there, and how many of them are still to get it."""

    zone: str
    at: datetime
    members: int
    open: int


def zones_in(run: CampaignRun) -> list[ZoneProgress]:
    """The time zones of a run in each member's own time, earliest first; nothing for others."""
    rows = Batch.objects.filter(run=run).exclude(zone="").order_by().values("zone", "moment")
    zones = rows.annotate(members=Sum("size"), open=Sum("size", filter=Q(ended_at=None), default=0))
    ordered = zones.order_by("moment", "zone").values_list("zone", "moment", "members", "open")
    return [ZoneProgress(zone=zone, at=at or run.moment, members=size, open=left) for zone, at, size, left in ordered]


@transaction.atomic(savepoint=False)
def count(batch: Batch, *, sent: int, failed: int, now: datetime) -> None:
    """Count a call of a batch that has ended, and end the batch with its last one. Its campaign is locked."""
    if batch.outbound_id is None:
        Batch.objects.filter(pk=batch.pk).update(pending=F("pending") - 1)
        batch.refresh_from_db(fields=["pending"])
    else:
        batch.pending = 0
    _end(batch, batch.run.campaign, sent=sent, failed=failed, now=now)


@transaction.atomic(savepoint=False)
def end_batch(batch: Batch, *, sent: int, failed: int, now: datetime) -> None:
    """Record that a batch without calls has ended, and how many members it reached and did not."""
    batch.pending = 0
    _end(batch, _lock_campaign(batch), sent=sent, failed=failed, now=now)


def _end(batch: Batch, campaign: Campaign, *, sent: int, failed: int, now: datetime) -> None:
    """Count, and where it was the last call of the batch: let others go, end the run, or stop where too much fails."""
    runs = CampaignRun.objects.filter(pk=batch.run_id)
    (run,) = update_returning(runs, sent=F("sent") + sent, failed=F("failed") + failed)  # which locks it
    if batch.pending:
        return
    Batch.objects.filter(pk=batch.pk).update(ended_at=now, pending=0)
    run.campaign = campaign
    zones = Batch.objects.open_by_zone(run, now)
    if _is_storm(run):
        stop(run, CampaignRun.Reason.ERRORS, now=now)
    elif not zones:
        end_run(run, now=now)
    elif campaign.state == Campaign.State.RUNNING:
        _release(run, zones, now=now)
    publish_change("campaigns", "progress")


@transaction.atomic(savepoint=False)
def end_run(run: CampaignRun, *, now: datetime) -> None:
    """Record that nothing of a run is on its way any more; a campaign without another moment has finished."""
    if not CampaignRun.objects.filter(pk=run.pk, ended_at=None).update(ended_at=now):
        return
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=run.campaign_id)
    others = CampaignRun.objects.filter(campaign=campaign, ended_at=None).exists()
    if campaign.state == Campaign.State.RUNNING and not others:
        after = Campaign.State.SCHEDULED if campaign.may_go_on else Campaign.State.FINISHED
        campaign_states.change(campaign, after, now=now)
    if campaign.ahead_for != campaign.next_at:  # those are for its next moment
        videos_or_text.let_go(campaign.videos.all())
    campaign_finished.send(CampaignRun, run=run)
    logger.info("A run of a campaign has ended.", extra={"cid": run.cid, "run": run.pk})


@transaction.atomic(savepoint=False)
def stop(run: CampaignRun, reason: CampaignRun.Reason, *, why: str = "", now: datetime) -> None:
    """Pause a campaign by itself, once, with the reason."""
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=run.campaign_id)
    if campaign.state != Campaign.State.RUNNING:
        return
    campaign_states.change(campaign, Campaign.State.PAUSED, reason=reason, why=why, now=now)
    campaign_stopped.send(Campaign, campaign=campaign, reason=campaign.reason, why=why)
    transaction.on_commit(partial(videos_or_text.end_unwanted, campaign), robust=True)
    logger.warning(
        "A campaign was stopped.",
        extra={"cid": run.cid, "campaign": campaign.pk, "reason": reason, "sent": run.sent, "failed": run.failed},
    )


def _is_storm(run: CampaignRun) -> bool:
    least, share = settings.SCHEDULING["STORM_LEAST"], settings.SCHEDULING["STORM_PERCENT"]
    return bool(run.failed >= least and run.failed * 100 >= share * (run.sent + run.failed))


def _lock_campaign(batch: Batch) -> Campaign:
    """Before its run, as everywhere: a person who resumes the campaign locks both in this order."""
    return Campaign.objects.select_for_update(of=("self",)).get(runs=batch.run_id)
