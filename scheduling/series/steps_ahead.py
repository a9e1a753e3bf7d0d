"""The future of the members of a series: the steps that each is still to get, and how many get one on a day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from scheduling.campaigns.member_zones import zones_by_member
from scheduling.models import Campaign, Enrolment, EnrolmentStep, Series
from scheduling.series import series_forecast
from scheduling.series.due_days import DueDays
from scheduling.series.plan import days_of


@dataclass(frozen=True, kw_only=True)
class StepAhead:
    """A step that a member has not had yet, and when it is due; `zone` is the one by whose clock it is."""

    step: Campaign
    at: datetime
    zone: ZoneInfo


def due_on(series: Series, day: date, *, now: datetime | None = None) -> Mapping[Campaign, int]:
    """How many members get each step of a series on a day; of a day that has passed, how many had their turn."""
    return series_forecast.due_on(series, day, now=now or timezone.now())


def steps_ahead(series: Series, enrolment: Enrolment, *, now: datetime | None = None) -> list[StepAhead]:
    """The steps that a member is still to get, soonest first; none once the series has ended for them."""
    application = series.sender
    if application is None or enrolment.status != Enrolment.Status.ACTIVE:
        return []
    had = set(EnrolmentStep.objects.filter(enrolment=enrolment).values_list("step", flat=True))
    steps = [step for step in series.steps.steps() if step.pk not in had]
    days = replace(days_of(series, application), zone=zone_of(series, enrolment.member_id))
    return _ahead(enrolment, steps, days, now or timezone.now())


def next_steps(rows: Sequence[Enrolment], *, now: datetime | None = None) -> dict[int, StepAhead]:
    """The next step of each of these members, by the key of their enrolment: as many queries for one as for all."""
    now = now or timezone.now()
    active = [row for row in rows if row.status == Enrolment.Status.ACTIVE]
    steps: dict[int, list[Campaign]] = defaultdict(list)
    for step in Campaign.objects.filter(series__in={row.series_id for row in active}).steps():
        steps[step.series_id or 0].append(step)
    had = set(EnrolmentStep.objects.filter(enrolment__in=active).values_list("enrolment", "step"))
    days = {series: days_of(series, series.application) for series in {row.series for row in active}}
    zones = zones_by_member({row.member_id for row in active if row.series.in_member_zone})
    nearest = {}
    for row in active:
        coming = [step for step in steps[row.series_id] if (row.pk, step.pk) not in had]
        own = days[row.series]
        if row.series.in_member_zone:
            own = replace(own, zone=zones.get(row.member_id, own.zone))
        ahead = _ahead(row, coming, own, now)
        if ahead:
            nearest[row.pk] = ahead[0]
    return nearest


def zone_of(series: Series, member: int) -> ZoneInfo:
    """The zone by whose clock a member, by key, gets the steps."""
    if not series.in_member_zone:
        return series.zone
    return zones_by_member([member]).get(member, series.zone)


def _ahead(row: Enrolment, steps: Sequence[Campaign], days: DueDays, now: datetime) -> list[StepAhead]:
    due = [(step, days.due_at(row.anchor_on, step.day or 0, step.at, anchor_at=row.anchor_at)) for step in steps]
    return [StepAhead(step=step, at=at, zone=days.zone) for step, at in due if at > now]
