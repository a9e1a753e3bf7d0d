"""The forecast of a campaign's start, made by starting it and rolling back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from scheduling.campaigns import approved_content, campaign_validation
from scheduling.campaigns.content import CampaignWords
from scheduling.campaigns.hours import odd_hours
from scheduling.campaigns.hours.odd_hours import OddHour
from scheduling.deliveries import run_start, start_forecast, way_out_calls
from scheduling.deliveries.start_forecast import Blocker
from scheduling.models import Batch, Campaign, CampaignRun, Delivery
from wecom.models import Member


@dataclass(frozen=True, kw_only=True)
class CampaignForecast:
    """How many members would get a campaign now, in how many calls, and how many are left out for each reason.

    `blockers` are the reasons to refuse a start; `odd` says whether its moment is at night or on a day off.
    """

    planned: int
    calls: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    variants: Mapping[str, int] = field(default_factory=dict)
    zones: Mapping[str, int] = field(default_factory=dict)
    blockers: tuple[Blocker, ...] = ()
    odd: OddHour | None = None


def forecast_campaign(
    campaign: Campaign, *, alone: bool = False, at: datetime | None = None, now: datetime | None = None
) -> CampaignForecast:
    """The figures of a run at this moment, or at `at`; nothing is kept and nothing is sent.

    Equal to the rows of a start, because a start writes them: they are rolled back. Raises `SchedulingError` for the
    first error of the campaign, and for an audience that names missing rows.
    """
    now = now or timezone.now()
    for problem in campaign_validation.problems(campaign, now):
        raise problem
    description = approved_content.describe(campaign)
    ahead = start_forecast.forecast_start(campaign, now=now, at=at, alone=alone)
    with transaction.atomic():
        run = CampaignRun.objects.create(campaign=campaign, moment=now, content=description)
        run_start.make_members(run)
        words = CampaignWords.of(campaign.pk, description)
        planned = run_start.freeze(run, words, now=now) if campaign.sender else 0
        deliveries, batches = Delivery.objects.filter(run=run), Batch.objects.filter(run=run)
        left_out = deliveries.filter(status=Delivery.Status.SKIPPED).order_by("reason").values_list("reason")
        variants: dict[str, int] = {}
        zones: dict[str, int] = {}
        for variant, zone, size in batches.values_list("variant", "zone", "size"):
            variants[variant] = variants.get(variant, 0) + size
            zones[zone or campaign.time_zone] = zones.get(zone or campaign.time_zone, 0) + size
        gets_it = Member.objects.filter(pk__in=deliveries.filter(status=Delivery.Status.PLANNED).values("member"))
        line_calls, _members = way_out_calls.calls_ahead(campaign, gets_it)
        figures = CampaignForecast(
            planned=planned,
            calls=batches.count() + line_calls,
            left_out=dict(left_out.annotate(Count("pk"))),
            variants=variants,
            zones=zones,
            blockers=ahead.blockers,
            odd=ahead.odd,
        )
        transaction.set_rollback(True)
    return figures


def next_working_day(campaign: Campaign, at: time, *, now: datetime | None = None) -> datetime:
    """The next time that it is `at` on a working day, by the clock of a campaign and the days of its company."""
    return odd_hours.next_working_day(now or timezone.now(), at, campaign.zone, campaign.calendar)


def odd_hour_of(campaign: Campaign, *, now: datetime | None = None) -> OddHour:
    """Whether a campaign goes out at night or on a day off: at its next moment, or where it runs since its latest."""
    latest = campaign.runs.order_by("-moment").values_list("moment", flat=True).first()
    return odd_hours.look(campaign.next_at or latest or now or timezone.now(), campaign.zone, campaign.calendar)
