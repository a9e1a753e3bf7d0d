"""The steps of series on the days ahead: how many members have their turn, counted by their day 0."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, prefetch_related_objects
from django.db.models.functions import ExtractDay, ExtractMonth
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from scheduling.agenda.applications import Applications
from scheduling.agenda.entries import Entry, name_of
from scheduling.agenda.planned import STATES, entry_of
from scheduling.exceptions import SchedulingError
from scheduling.models import Enrolment, Series
from scheduling.segments.anniversaries import year_parts
from scheduling.series.anniversaries import anniversary
from scheduling.series.due_days import LONGEST_REST
from scheduling.series.plan import Plan
from wecom.models import MemberFact

MOST_SERIES = 50


def planned_steps(applications: Applications, *, now: datetime, since: datetime, until: datetime) -> list[Entry]:
    """The steps of series that are not over, on each day on which a member has a turn; a few queries for each series.

    Steps that go out at once, as an event happens, have no day yet.
    """
    entries: list[Entry] = []
    for series in Series.objects.exclude(state__in=Series.OVER).order_by("pk")[:MOST_SERIES]:
        application = applications.of(series.application_id)
        if application is not None:
            plan = Plan(series=series, application=application, now=now)
            entries += _of_series(plan, applications, max(now, since), until)
    return entries


def _of_series(plan: Plan, applications: Applications, since: datetime, until: datetime) -> Iterator[Entry]:
    steps = [step for step in plan.steps if step.at is not None]
    if not steps or since >= until:
        return
    prefetch_related_objects(steps, "contents")
    first, last = plan.days.local_day(since), plan.days.local_day(until)
    anchors = _anchors(plan, first, last)
    for step in steps:
        step.calendar = applications.calendar(step.application_id)
        entry = replace(
            entry_of(step, applications),
            name=name_of(step),
            state=STATES[plan.series.state],
            audience=None,
        )
        turns: Counter[date] = Counter()
        for anchor, count in anchors.items():
            turns[plan.days.due_on(anchor, step.day or 0)] += count
        for day, count in sorted(turns.items()):
            moment = plan.days.moment(day, step.at)  # type: ignore[arg-type]
            if since < moment < until:
                yield replace(entry, at=moment, members=count)


def _anchors(plan: Plan, first: date, last: date) -> Counter[date]:
    """How many members have each day 0 from which a step may come due in these days."""
    rest = LONGEST_REST if plan.days.waits else 0
    span = (first - timedelta(days=plan.last_day + rest), last - timedelta(days=plan.first_day))
    inside = Enrolment.objects.active().filter(series=plan.series, anchor_on__range=span).order_by()
    found = Counter(dict(inside.values_list("anchor_on").annotate(Count("pk"))))
    if not plan.series.is_event:
        with suppress(SchedulingError):  # its rule names what is gone, which the page of the series says
            found.update(_not_in_it_yet(plan, *span))
    return found


def _not_in_it_yet(plan: Plan, first: date, last: date) -> Counter[date]:
    """Members whose date lies in these days, and who are not in the series yet."""
    facts = MemberFact.objects.filter(key=plan.series.fact, date__isnull=False)
    facts = facts.filter(Exists(plan.members.filter(pk=OuterRef("member"))))
    if not plan.series.repeats_yearly:
        return _by_day(plan, facts.filter(date__range=(first, last)).annotate(day=F("date")))
    number, found = ExtractMonth("date") * 100 + ExtractDay("date"), Counter[date]()
    for part in year_parts(first, last):
        within = Q(GreaterThanOrEqual(number, part.first)) & Q(LessThanOrEqual(number, part.last))
        rows = facts.filter(within, date__lt=part.begins)
        found.update(_by_day(plan, rows.annotate(day=anniversary("date", part.year))))
    return found


def _by_day(plan: Plan, facts: Any) -> Counter[date]:
    known = Enrolment.objects.filter(series=plan.series, member=OuterRef("member"), anchor_on=OuterRef("day"))
    counts = facts.filter(~Exists(known)).order_by().values("day").annotate(count=Count("pk"))
    return Counter(dict(counts.values_list("day", "count")))
