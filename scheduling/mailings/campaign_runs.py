"""Runs of campaigns, for workers: due runs begin, batches go out, and calls that end are counted."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.postgresql.prepared_statements import prepared_statements
from core.work import crash_points
from core.work.base import LeaseLost
from scheduling.deliveries import (
    batches,
    call_outcomes,
    pause_and_cancel,
    run_progress,
    run_start,
    videos_ahead,
    videos_or_text,
)
from scheduling.models import Batch, Campaign, CampaignRun
from scheduling.responses import card_presses
from wecom.messages import CardEvent
from wecom.models import Application, Member, Outbound, Recall

logger = logging.getLogger(__name__)
SWEEP_LIMIT = 200


def begin_campaign(pk: int, *, now: datetime | None = None) -> CampaignRun | None:
    """Begin the moment of a campaign that is due; None if nothing is due."""
    return run_start.begin(pk, now=now or timezone.now())


def start_run(pk: int, *, now: datetime | None = None) -> None:
    """Freeze the audience of a run, once, and let its first batches go."""
    run = CampaignRun.claim(pk, now=now)
    if run is None:
        return
    crash_points.point("run.claimed")
    run_start.make_members(run)
    try:
        run_start.start(run, now=now or timezone.now())
    except LeaseLost:
        logger.info("Another worker starts this run.", extra={"cid": run.cid})


@prepared_statements()
def send_batch(pk: int, *, now: datetime | None = None) -> None:
    """Send one batch, once."""
    batch = Batch.claim(pk, now=now)
    if batch is None:
        return
    run = CampaignRun.objects.select_related("campaign__application__corporation__sending_policy")
    batch.run = run.get(pk=batch.run_id)
    crash_points.point("batch.claimed")
    try:
        batches.send(batch, now=now or timezone.now())
    except LeaseLost:
        logger.info("Another worker sends this batch.", extra={"cid": batch.cid})


def follow_call(outbound: Outbound, *, now: datetime | None = None) -> None:
    """Count a call that has ended towards its campaign. Only bulk messages are asked about."""
    if outbound.is_bulk:
        call_outcomes.follow(outbound, now=now or timezone.now())


def follow_recall(recall: Recall) -> None:
    """Note for each member of a campaign's call that it was taken back from them."""
    if recall.outbound.is_bulk and recall.status == Recall.Status.DONE:
        call_outcomes.note_recall(recall.outbound)


def follow_choices(member: Member, *, now: datetime | None = None) -> None:
    """A member chose something else: perhaps no video, or no message at all, of those being made for them."""
    videos_or_text.look_again(member, now=now or timezone.now())


@transaction.atomic
def note_response(event: CardEvent, *, application: Application, member: Member, at: datetime) -> str | None:
    """Record a member's press on a campaign's card, once; returns the words pressed, None for cards of others."""
    return card_presses.record(event, application=application, member=member, at=at)


def run_due_campaigns(*, now: datetime | None = None) -> list[CampaignRun]:
    """Begin the due campaigns; returns the runs."""
    now = now or timezone.now()
    keys = list(Campaign.objects.due(now).order_by("next_at", "pk").values_list("pk", flat=True)[:SWEEP_LIMIT])
    return [run for run in (run_start.begin(pk, now=now) for pk in keys) if run is not None]


def sweep_campaigns(*, now: datetime | None = None) -> int:
    """Ask for videos ahead, begin due campaigns, release batches that no event released, and end runs that a dead
    process left. Returns how many runs began.
    """
    now = now or timezone.now()
    videos_ahead.prepare_all(now=now)
    began = run_due_campaigns(now=now)
    run_progress.release_stuck(now=now, most=SWEEP_LIMIT)
    pause_and_cancel.cancel_left(now=now, most=SWEEP_LIMIT)
    return len(began)
