"""How many members a series reaches on a day: those who are in it, and those whose date lies ahead."""

from collections.abc import Mapping
from datetime import date, datetime, time

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractDay, ExtractMonth
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from scheduling.campaigns.member_zones import whose_zone
from scheduling.models import Campaign, Enrolment, EnrolmentStep, Series
from scheduling.segments.anniversaries import year_parts
from scheduling.series.due_days import A_DAY
from scheduling.series.plan import Plan
from wecom.models import MemberFact


def due_on(series: Series, day: date, *, now: datetime) -> Mapping[Campaign, int]:
    """How many members get each step on this day; of a day that has passed, how many got their turn.

    Steps that reach nobody are left out. Events that have not happened yet cannot be counted.
    """
    application = series.sender
    if application is None:
        return {}
    plan = Plan(series=series, application=application, now=now)
    found = {step: _had(plan, step, day) + _will_have(plan, step, day) for step in plan.steps}
    return {step: number for step, number in found.items() if number}


def _had(plan: Plan, step: Campaign, day: date) -> int:
    on_that_day = Q()
    for clock, zone in zip(plan.clocks, plan.zones, strict=True):
        begin, end = (clock.days.moment(one, time()) for one in (day, day + A_DAY))
        theirs = whose_zone(zone, plan.zones, member="enrolment__member")
        on_that_day |= theirs & Q(run__moment__gte=begin, run__moment__lt=end)
    return EnrolmentStep.objects.filter(on_that_day, step=step).count()


def _will_have(plan: Plan, step: Campaign, day: date) -> int:
    due = plan.days.due_days(step.day or 0, day)
    if due is None or step.at is None or day < plan.earliest_today:
        return 0
    had = EnrolmentStep.objects.filter(enrolment=OuterRef("pk"), step=step)
    inside = Enrolment.objects.filter(series=plan.series, anchor_on__range=due)
    count = inside.active().filter(~Exists(had)).count()
    if plan.series.is_event or plan.series.state in Series.OVER:
        return count
    return count + _not_in_it_yet(plan, *due)


def _not_in_it_yet(plan: Plan, first: date, last: date) -> int:
    """Members whose date lies in these days, and who are not in the series yet."""
    facts = MemberFact.objects.filter(key=plan.series.fact, date__isnull=False)
    if not plan.series.repeats_yearly:
        return _count(plan, facts.filter(date__range=(first, last)), (first, last))
    number = ExtractMonth("date") * 100 + ExtractDay("date")
    return sum(
        _count(
            plan,
            facts.filter(
                Q(GreaterThanOrEqual(number, part.first)) & Q(LessThanOrEqual(number, part.last)), date__lt=part.begins
            ),
            (first, last),
        )
        for part in year_parts(first, last)
    )


def _count(plan: Plan, facts: QuerySet[MemberFact], days: tuple[date, date]) -> int:
    known = Enrolment.objects.filter(series=plan.series, member=OuterRef("member"), anchor_on__range=days)
    return facts.filter(Exists(plan.members.filter(pk=OuterRef("member"))), ~Exists(known)).count()
