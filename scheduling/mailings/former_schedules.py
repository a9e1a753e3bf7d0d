"""Schedules of 0.5 become campaigns without approval, once each: their words, members, times and runs.

The row of a schedule stays, empty, as the ID by which programs know it.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from copy import copy
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from scheduling.campaigns import approved_content, campaign_states, moments, plain_message
from scheduling.campaigns.plain_message import PlainMessage
from scheduling.exceptions import SchedulingError
from scheduling.mailings.approval_and_pause import ask_approval
from scheduling.mailings.campaign_start import save_campaign, start_campaign
from scheduling.models import Campaign, CampaignRun, Schedule

logger = logging.getLogger(__name__)
S = Campaign.State
MOST = 100
"""Schedules of one sweep; the next one takes the rest."""
BECAME: Mapping[tuple[str, str], CampaignRun.Reason] = {
    ("missed", ""): CampaignRun.Reason.MISSED,
    ("skipped", "days_unknown"): CampaignRun.Reason.DAYS_UNKNOWN,
    ("skipped", "nobody"): CampaignRun.Reason.NOBODY,
    ("skipped", "stopped"): CampaignRun.Reason.CANCELLED,
}
"""By outcome and reason, why a run of a schedule sent nothing. Days off had a run, too, and campaigns record none."""


def replace_schedules(*, now: datetime | None = None) -> int:
    """Let campaigns go on in the place of schedules that are left from 0.5. Returns how many."""
    count = 0
    for schedule in Schedule.objects.remaining()[:MOST]:
        try:
            count += replace_schedule(schedule, now=now) is not None
        except Exception:
            logger.exception("A schedule cannot become a campaign.", extra={"schedule": schedule.pk})
    return count


@transaction.atomic
def replace_schedule(schedule: Schedule, *, now: datetime | None = None) -> Campaign:
    """Let a campaign go on in the place of a schedule; twice gives the same one.

    It is a draft for one that is a draft, and waits for a person who starts it where it has an error, which its start
    page tells. It handles the moments that the schedule had not handled.
    """
    now = now or timezone.now()
    row = Schedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
    going = row.successors.exclude(state__in=(S.DRAFT, S.WAITING, S.APPROVED, *Campaign.OVER)).order_by("-pk").first()
    if not row.cron or (going is not None and row.paused):
        _empty(row)
        return going or row.successors.order_by("-pk")[0]
    message = PlainMessage(**{field.name: getattr(row, field.name) for field in fields(PlainMessage)})
    campaign = plain_message.new_campaign()
    campaign.key, campaign.replaces, campaign.name = row.key, row, message.name
    rows = plain_message.write(plain_message.tidied(message), campaign)
    save_campaign(campaign, rows)
    Campaign.objects.filter(pk=campaign.pk).update(client=row.client, created_at=row.created_at)
    _take_runs(row, campaign)
    # Its video is made already; asked for again, the same words are the same render.
    row.videos.update(schedule=None, campaign=campaign)
    Campaign.objects.filter(pk=campaign.pk).update(ahead_for=row.ahead_for)
    was = copy(row)
    _empty(row)
    if was.draft:
        _stay_draft(campaign, was, now)
    else:
        _go_on(campaign, was, now)
    campaign.refresh_from_db()
    logger.info("A campaign goes on in the place of a schedule.", extra={"schedule": row.pk, "campaign": campaign.pk})
    return campaign


def _empty(row: Schedule) -> None:
    task = row.periodic_task
    for name, value in Schedule.EMPTY.items():
        setattr(row, name, value)
    row.save()
    if task is not None:
        task.delete()


def _take_runs(row: Schedule, campaign: Campaign) -> None:
    """Its runs become those of the campaign, with their figures. The messages that they sent stay in conversations."""
    content = approved_content.describe(campaign)
    runs = row.runs.exclude(outcome="skipped", reason="day_off").annotate(said=Count("messages"))
    CampaignRun.objects.bulk_create(_as_run_of(campaign, run, content) for run in runs)
    row.runs.all().delete()


def _as_run_of(campaign: Campaign, run: Any, content: Mapping[str, Any]) -> CampaignRun:
    went = run.outcome == "sent"
    reason = "" if went else BECAME.get((run.outcome, run.reason), CampaignRun.Reason.FAILED)
    return CampaignRun(
        campaign=campaign,
        moment=run.due_at,
        status=CampaignRun.Status.DONE if went else CampaignRun.Status.CANCELLED,
        reason=reason,
        content=content,
        cid=run.cid,
        by_hand=run.by_hand,
        others_missed=run.others_missed,
        planned=run.said,
        sent=run.said,
        left_out=len(run.unreached),
        **dict.fromkeys(("created_at", "due_at", "started_at", "finished_at", "ended_at"), run.created_at),
    )


def _stay_draft(campaign: Campaign, was: Schedule, now: datetime) -> None:
    if was.asked_at is not None:
        with suppress(SchedulingError), transaction.atomic():
            ask_approval(campaign, by=was.asked_by, now=now)
    elif was.returned_note:
        campaign_states.change(campaign, S.WAITING, by=was.asked_by, now=now)
        campaign_states.change(campaign, S.DRAFT, why=was.returned_note, now=now)


def _go_on(campaign: Campaign, was: Schedule, now: datetime) -> None:
    since = now if was.paused else was.watched_from
    ahead = campaign.starts_at if was.only_on else moments.next_moment(campaign, since)
    if ahead is None or ahead <= since:
        Campaign.objects.filter(pk=campaign.pk).update(state=S.FINISHED)
        return
    try:
        with transaction.atomic():
            start_campaign(campaign, alone=True, paused=was.paused, since=since, now=now)
    except SchedulingError as error:
        campaign.refresh_from_db()
        campaign_states.change(campaign, S.WAITING, why=str(error), now=now)
