"""How many members a series reaches on a day: those who are in it, and those whose date lies ahead."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractDay, ExtractMonth
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from scheduling.campaigns.member_zones import whose_zone
from scheduling.models import Campaign, Enrolment, EnrolmentStep, Series
from scheduling.segments.anniversaries import year_parts
from scheduling.series.due_days import A_DAY
from scheduling.series.plan import Plan
from wecom.models import MemberFact

DaysOfSteps = Mapping[int, tuple[date, date]]
"""The first and the last day 0 of the members whose turn it is, by the key of each step."""


def due_on(series: Series, day: date, *, now: datetime) -> Mapping[Campaign, int]:
    """How many members get each step on this day; of a day that has passed, how many got their turn.

    Steps without members are left out. Events that have not happened yet cannot be counted.
    """
    application = series.sender
    if application is None:
        return {}
    plan = Plan(series=series, application=application, now=now)
    counts = _had(plan, day)
    if day >= plan.earliest_today:
        timed = [step for step in plan.steps if step.at is not None]
        due = {step.pk: days for step in timed if (days := plan.days.due_days(step.day or 0, day))}
        counts.update(_inside(plan, due))
        if not plan.series.is_event and plan.series.state not in Series.OVER:
            counts.update(_not_in_it_yet(plan, due))
    return {step: counts[step.pk] for step in plan.steps if counts[step.pk]}


def _had(plan: Plan, day: date) -> Counter[int]:
    """How many members had their turn at each step on that day; each by their own clock."""
    on_that_day = Q()
    for clock, zone in zip(plan.clocks, plan.zones, strict=True):
        begin, end = (clock.days.moment(start, time()) for start in (day, day + A_DAY))
        theirs = whose_zone(zone, plan.zones, member="enrolment__member")
        on_that_day |= theirs & Q(run__moment__gte=begin, run__moment__lt=end)
    rows = EnrolmentStep.objects.filter(on_that_day, step__series=plan.series).order_by()
    return Counter(dict(rows.values_list("step").annotate(Count("pk"))))


def _inside(plan: Plan, due: DaysOfSteps) -> Mapping[int, int]:
    """How many members who are in the series have the turn of each step, and have not had it."""
    had = EnrolmentStep.objects.filter(enrolment=OuterRef("pk"))
    whose = {key: Q(anchor_on__range=days) & ~Q(Exists(had.filter(step=key))) for key, days in due.items()}
    return _counted(Enrolment.objects.active().filter(series=plan.series), whose)


def _not_in_it_yet(plan: Plan, due: DaysOfSteps) -> Mapping[int, int]:
    """How many members who are not in the series yet have a date with the turn of each step."""
    facts = MemberFact.objects.filter(key=plan.series.fact, date__isnull=False)
    facts = facts.filter(Exists(plan.members.filter(pk=OuterRef("member"))))
    known = Enrolment.objects.filter(series=plan.series, member=OuterRef("member"))
    whose = {key: _dated(plan, *days) & ~Q(Exists(known.filter(anchor_on__range=days))) for key, days in due.items()}
    return _counted(facts, whose)


def _dated(plan: Plan, first: date, last: date) -> Q:
    """The condition that a date lies in these days, or returns in them every year."""
    if not plan.series.repeats_yearly:
        return Q(date__range=(first, last))
    number, condition = ExtractMonth("date") * 100 + ExtractDay("date"), Q()
    for part in year_parts(first, last):
        within = Q(GreaterThanOrEqual(number, part.first)) & Q(LessThanOrEqual(number, part.last))
        condition |= within & Q(date__lt=part.begins)
    return condition


def _counted(rows: "QuerySet[Any]", whose: Mapping[int, Q]) -> Mapping[int, int]:
    """How many rows meet each condition, in one query for all."""
    counts = {f"step_{key}": Count("pk", filter=condition) for key, condition in whose.items()}
    figures = rows.aggregate(**counts) if counts else {}
    return {key: figures[f"step_{key}"] for key in whose}
