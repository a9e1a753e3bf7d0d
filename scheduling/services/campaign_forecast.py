"""What starting a campaign would do, found out by doing it and taking it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from scheduling.campaigns import approval, validation
from scheduling.campaigns.content import CampaignWords
from scheduling.deliveries import forecast, run_start, way_out_calls
from scheduling.deliveries.forecast import Blocker
from scheduling.models import Batch, Campaign, CampaignRun, Delivery
from wecom.models import Member


@dataclass(frozen=True, kw_only=True)
class CampaignForecast:
    """How many members would get a campaign now, in how many calls, and how many are left out for each reason.

    `blockers` are what a start would be refused for.
    """

    planned: int
    calls: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    variants: Mapping[str, int] = field(default_factory=dict)
    zones: Mapping[str, int] = field(default_factory=dict)
    blockers: tuple[Blocker, ...] = ()


def forecast_campaign(campaign: Campaign, *, now: datetime | None = None) -> CampaignForecast:
    """The figures of a run at this moment; nothing is kept and nothing is sent.

    Equal to what a start would write, because it is what a start writes: the rows are taken back. Raises
    `SchedulingError` for the first error of the campaign, and for an audience that names what does not exist any more.
    """
    now = now or timezone.now()
    for problem in validation.problems(campaign, now):
        raise problem
    description = approval.describe(campaign)
    blockers = forecast.forecast_start(campaign, now=now).blockers
    with transaction.atomic():
        run = CampaignRun.objects.create(campaign=campaign, moment=now, content=description)
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
        found = CampaignForecast(
            planned=planned,
            calls=batches.count() + line_calls,
            left_out=dict(left_out.annotate(Count("pk"))),
            variants=variants,
            zones=zones,
            blockers=blockers,
        )
        transaction.set_rollback(True)
    return found
