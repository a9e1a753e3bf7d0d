"""The steps of series on the days ahead: how many members have their turn, counted by their day 0."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import ExtractDay, ExtractMonth
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from scheduling.agenda.agenda_entries import Entry, name_of
from scheduling.agenda.planned import STATES, entry_of
from scheduling.agenda.sender_calendars import Applications
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, Enrolment, Series
from scheduling.segments.anniversaries import year_parts
from scheduling.series.anniversaries_in_sql import anniversary
from scheduling.series.due_days import LONGEST_REST
from scheduling.series.plan import Plan
from wecom.models import MemberFact

MOST_SERIES = 50
DaySpan = tuple[date, date]


def planned_steps(
    campaigns: Iterable[Campaign],
    applications: Applications,
    *,
    now: datetime,
    since: datetime,
    until: datetime,
    per_call: int | None = None,
) -> list[Entry]:
    """The steps among open campaigns, on each day on which a member has a turn; `per_call` as for `entry_of`.

    A query for all series, and for each another for those who are not in it yet. Steps that go out at once, as an
    event happens, have no day yet.
    """
    since = max(now, since)
    if since >= until:
        return []
    plans = _plans(campaigns, applications, now)
    spans = {plan.series.pk: _span(plan, since, until) for plan in plans}
    enrolled = _enrolled(spans)
    return [
        entry
        for plan in plans
        for entry in _of_series(plan, applications, enrolled[plan.series.pk], spans[plan.series.pk], per_call)
        if since < entry.at < until
    ]


def next_steps(applications: Applications, *, now: datetime, until: datetime) -> list[Entry]:
    """The same of all series, for lists that count no calls."""
    steps = Campaign.objects.exclude(series=None).exclude(series__state__in=Series.OVER).select_related("series")
    return planned_steps(steps, applications, now=now, since=now, until=until, per_call=1)


def _plans(campaigns: Iterable[Campaign], applications: Applications, now: datetime) -> list[Plan]:
    """The first series that have a step with a time of day."""
    steps: dict[int, list[Campaign]] = {}
    for step in campaigns:
        if step.series is not None:
            steps.setdefault(step.series.pk, []).append(step)
    timed = [steps[key] for key in sorted(steps) if any(step.at is not None for step in steps[key])]
    return [
        Plan(series=of_one[0].series, application=application, now=now, known_steps=of_one)
        for of_one in timed[:MOST_SERIES]
        if of_one[0].series is not None and (application := applications.of(of_one[0].series.application_id))
    ]


def _span(plan: Plan, since: datetime, until: datetime) -> DaySpan:
    """The days 0 from which a step may come due in this time."""
    rest = LONGEST_REST if plan.days.waits else 0
    return (
        plan.days.local_day(since) - timedelta(days=plan.last_day + rest),
        plan.days.local_day(until) - timedelta(days=plan.first_day),
    )


def _enrolled(spans: Mapping[int, DaySpan]) -> Mapping[int, Counter[date]]:
    """How many members of each series have each day 0 in its span."""
    dates: dict[int, Counter[date]] = {key: Counter() for key in spans}
    if not spans:
        return dates
    inside = reduce(or_, (Q(series=key, anchor_on__range=span) for key, span in spans.items()))
    rows = Enrolment.objects.active().filter(inside).order_by().values_list("series", "anchor_on")
    for key, day, count in rows.annotate(members=Count("*")):  # not of a column, so that an index has all of it
        dates[key][day] = count
    return dates


def _of_series(
    plan: Plan, applications: Applications, enrolled: Counter[date], span: DaySpan, per_call: int | None
) -> Iterator[Entry]:
    anchors = enrolled + _not_in_it_yet(plan, *span)
    for step in plan.steps:
        if step.at is None:
            continue
        step.calendar = applications.calendar(step.application_id)
        entry = replace(
            entry_of(step, applications, per_call=per_call),
            name=name_of(step),
            state=STATES[plan.series.state],
            audience=None,
        )
        turns: Counter[date] = Counter()
        for anchor, count in anchors.items():
            turns[plan.days.due_on(anchor, step.day or 0)] += count
        for day, count in sorted(turns.items()):
            yield replace(entry, at=plan.days.moment(day, step.at), members=count)


def _not_in_it_yet(plan: Plan, first: date, last: date) -> Counter[date]:
    """Members whose date lies in these days, and who are not in the series yet; none if its rule names a deleted row,
    which the page of the series says."""
    if plan.series.is_event:
        return Counter()
    try:
        members = plan.members
    except SchedulingError:
        return Counter()
    facts = MemberFact.objects.filter(key=plan.series.fact, date__isnull=False)
    facts = facts.filter(Exists(members.filter(pk=OuterRef("member"))))
    if not plan.series.repeats_yearly:
        return _by_day(plan, facts.filter(date__range=(first, last)).annotate(day=F("date")))
    number, dates = ExtractMonth("date") * 100 + ExtractDay("date"), Counter[date]()
    for part in year_parts(first, last):
        within = Q(GreaterThanOrEqual(number, part.first)) & Q(LessThanOrEqual(number, part.last))
        rows = facts.filter(within, date__lt=part.begins)
        dates.update(_by_day(plan, rows.annotate(day=anniversary("date", part.year))))
    return dates


def _by_day(plan: Plan, facts: Any) -> Counter[date]:
    known = Enrolment.objects.filter(series=plan.series, member=OuterRef("member"), anchor_on=OuterRef("day"))
    counts = facts.filter(~Exists(known)).order_by().values("day").annotate(count=Count("pk"))
    return Counter(dict(counts.values_list("day", "count")))
