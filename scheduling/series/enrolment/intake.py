"""Members come into a series: those whose date or event it counts from. In bulk, by the database alone."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import (
    Case,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import ExtractDay, ExtractMonth, ExtractYear, TruncDate
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from conversations.models import Session
from scheduling.campaigns.member_zones import whose_zone
from scheduling.models import Enrolment, Series
from scheduling.segments.anniversaries import year_parts
from scheduling.segments.comparisons import days_from
from scheduling.series.anniversaries_in_sql import anniversary
from scheduling.series.insert_select import insert_select
from scheduling.series.plan import Plan
from wecom.models import Member, MemberFact, Membership

AHEAD = 31  # days before the first step of a year's cycle
SAME_DATE = timedelta(days=183)
"""Two dates of a member that lie closer are one date that was corrected: a series does not begin anew with it."""


def take_in(plan: Plan) -> int:
    """Take in the members whose last step still lies ahead, each once; returns how many."""
    series = plan.series
    if not plan.steps or (series.ends_on is not None and plan.today > series.ends_on):
        return 0
    if series.anchor == Series.Anchor.FACT:
        return sum(_insert_dates(plan, rows, cycle, anchor) for rows, cycle, anchor in dates(plan))
    if series.anchor == Series.Anchor.DEPARTMENT:
        return _insert_events(plan, _joined(plan), "joined_at", "member")
    if series.anchor == Series.Anchor.FLOW:
        return _insert_events(plan, _finished(plan), "finished_at", "conversation__member")
    return 0


def take_in_member(plan: Plan, key: int, at: datetime) -> bool:
    """Take in a member whose event came at a moment, by the caller's word; whether the series took them in."""
    rows = Member.objects.filter(pk=key).annotate(event_at=Value(at, output_field=DateTimeField()))
    return bool(_insert_events(plan, rows, "event_at", "pk"))


def dates(plan: Plan) -> list[tuple[QuerySet[MemberFact], Any, Any]]:
    """The dates of members that count now: rows, the year of each and its day 0 in SQL."""
    first = days_from(plan.earliest_today, -plan.last_day)
    facts = MemberFact.objects.filter(key=plan.series.fact, date__isnull=False)
    if not plan.series.repeats_yearly:
        return [(facts.filter(date__gte=first), ExtractYear("date"), F("date"))]
    last = days_from(plan.today, AHEAD - plan.first_day)
    day = ExtractMonth("date") * 100 + ExtractDay("date")
    days = []
    for part in year_parts(first, last):
        within = Q(GreaterThanOrEqual(day, part.first)) & Q(LessThanOrEqual(day, part.last))
        rows = facts.filter(within, date__lt=part.begins)
        days.append((rows, Value(part.year), anniversary("date", part.year)))
    return days


def _insert_dates(plan: Plan, rows: QuerySet[MemberFact], cycle: Any, anchor: Any) -> int:
    known = Enrolment.objects.filter(series=plan.series, member=OuterRef("member"))
    rows = rows.annotate(day_0=anchor).filter(Exists(plan.members.filter(pk=OuterRef("member"))))
    near = known.filter(
        anchor_on__gt=_shifted(OuterRef("day_0"), -SAME_DATE), anchor_on__lt=_shifted(OuterRef("day_0"), SAME_DATE)
    )
    values = {"member": F("member"), "cycle": cycle, "anchor_on": F("day_0"), "source": Enrolment.Source.FACT}
    return insert_select(Enrolment, rows.filter(~Exists(near)), {**values, **_always(plan)})


def _insert_events(plan: Plan, rows: QuerySet[Any], at: str, member: str) -> int:
    earliest = days_from(plan.earliest_today, -plan.last_day - 1)
    since = max(plan.series.started_at or plan.now, plan.days.moment(earliest, time()))
    known = Enrolment.objects.filter(series=plan.series, member=OuterRef(member))
    rows = rows.filter(**{f"{at}__gt": since, f"{at}__lte": plan.now}).filter(
        Exists(plan.members.filter(pk=OuterRef(member))), ~Exists(known)
    )
    values = {
        "member": F(member),
        "anchor_at": F(at),
        "anchor_on": _local_day(plan, at, member),
        "source": Enrolment.Source.EVENT,
    }
    return insert_select(Enrolment, rows.order_by(at), {**values, **_always(plan)})


def _local_day(plan: Plan, at: str, member: str) -> Any:
    """The day of an event where its member is."""
    own, *others = plan.zones
    day = TruncDate(at, tzinfo=own)
    if not others:
        return day
    cases = [When(whose_zone(zone, plan.zones, member=member), then=TruncDate(at, tzinfo=zone)) for zone in others]
    return Case(*cases, default=day)


def _joined(plan: Plan) -> QuerySet[Membership]:
    places = plan.compiler.departments.keys([int(department) for department in plan.series.departments])
    return Membership.objects.filter(department__in=places)


def _finished(plan: Plan) -> QuerySet[Session]:
    sessions = Session.objects.filter(version__flow=plan.series.flow_id, status=Session.Status.COMPLETED)
    return sessions.filter(conversation__application=plan.application)


def _always(plan: Plan) -> dict[str, Any]:
    return {"series": plan.series, "created_at": plan.now}


def _shifted(day: Any, by: timedelta) -> Any:
    return ExpressionWrapper(day + by, output_field=DateField())
