"""A campaign or a series over the days to come, for some members: the messages of each, and why one is missing."""

import time as stopwatch
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.audience import reach
from scheduling.audience.audience_rule import parse_audience
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, Series, share_calendars
from scheduling.rehearsal import rehearsed_subjects
from scheduling.rehearsal.copied_rows import rows_for
from scheduling.rehearsal.database_aside import database_aside
from scheduling.rehearsal.findings import findings_since, told
from scheduling.rehearsal.joiners import Joiners
from scheduling.rehearsal.member_days import keys_of
from scheduling.rehearsal.moved_clock import MovedClock
from scheduling.rehearsal.rehearsed_subjects import Subject
from scheduling.rehearsal.results import Doubt, Dropped, Rehearsal
from wecom.models import Application

MOST_MEMBERS, MOST_DAYS, USUAL_DAYS = 2_000, 92, 60
PREPARED, TOLD = 0.1, 0.9  # the parts of the work when all rows are copied, and when all days are gone through


def rehearse(
    subject: Subject,
    *,
    cohort: Mapping[str, Any] | None = None,
    since: date | None = None,
    days: int = USUAL_DAYS,
    others: bool = True,
    leavers: Mapping[str, date] | None = None,
    joiners: Mapping[str, date] | None = None,
    in_full: bool = False,
    now: datetime | None = None,
    progress: Callable[[float], None] = lambda _part: None,
) -> Rehearsal:
    """The messages that a saved campaign or series would send; nothing is sent, rendered or kept.

    It is done by the very functions that send, under a moved clock and in a database aside: the real one is only read.
    A subject that is not started yet starts on the first day. Days until then are gone through, too, because of the
    caps.

    Args:
        cohort: the members, as an audience has them; without one all, and those that the subject names.
        since: the first day that is told; today without one.
        others: whether everything else that is scheduled goes out as well, which counts for the caps.
        leavers: the last days of members who leave, by user ID.
        joiners: for a series that begins with an event, the days on which that comes for some members, by user ID.
        in_full: whether words show personal facts.
        progress: told the part that is done, from 0 to 1.

    Raises `SchedulingError` for the first error of the subject, for too many members, and for too many days.
    """
    begun, now = stopwatch.perf_counter(), now or timezone.now()
    plan = planned(
        subject, cohort=cohort, since=since, days=days, others=others, leavers=leavers, joiners=joiners, now=now
    )
    begins, ends, joining, last_days = plan.begins, plan.ends, plan.joiners, plan.last_days
    counted = max(now, begins - (ends - begins))  # a first day that lies far ahead has little before it

    def moved(moment: datetime) -> None:
        progress(PREPARED + (TOLD - PREPARED) * max(0.0, (moment - counted) / (ends - counted)))

    with database_aside(rows_for({*plan.members, *joining.moments}, plan.campaigns, plan.series, now=now)):
        progress(PREPARED)
        clock = MovedClock(now, until=begins, last_days=last_days, joiners=joining, zone=subject.zone, moved=moved)
        if not rehearsed_subjects.is_going(subject):
            clock.move()
            clock.now = begins
            rehearsed_subjects.start(subject, begins)
        clock.until = ends
        clock.move()
        findings = findings_since(begins, first_run=clock.first_run)
    progress(TOLD)
    timelines, each_day, dropped = told(findings, subject, last_days=last_days, in_full=in_full)
    return Rehearsal(
        name=subject.name,
        begins=begins,
        ends=ends,
        members=len(plan.members),
        timelines=timelines,
        days=each_day,
        dropped=(*_held(subject, begins, ends), *joining.told(), *dropped),
        seconds=stopwatch.perf_counter() - begun,
        days_unknown=doubts_of(plan),
    )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The scope: the days, and the keys of the members, campaigns and series."""

    begins: datetime
    ends: datetime
    members: list[int]
    campaigns: set[int]
    series: set[int]
    last_days: Mapping[int, date]
    joiners: Joiners


def planned(
    subject: Subject,
    *,
    cohort: Mapping[str, Any] | None = None,
    since: date | None = None,
    days: int = USUAL_DAYS,
    others: bool = True,
    leavers: Mapping[str, date] | None = None,
    joiners: Mapping[str, date] | None = None,
    now: datetime,
) -> Plan:
    """The scope of `rehearse` with these arguments. Raises `SchedulingError` as it does; costs little."""
    application = rehearsed_subjects.check(subject, now)
    zone = subject.zone
    first = max(since or now.astimezone(zone).date(), now.astimezone(zone).date())
    begins = max(now, datetime.combine(first, time(), zone))
    ends = datetime.combine(first + timedelta(days=_checked_days(days)), time(), zone)
    named = {"everyone": True, "members": subject.audience.get("members", [])}
    keys = _members(cohort or named, application, first)
    campaigns, series = _scope(subject, application, others=others)
    last_days = keys_of(leavers or {}, application, field="leavers")
    joining = Joiners.of(subject, keys_of(joiners or {}, application, field="joiners"), begins=begins)
    return Plan(
        begins=begins,
        ends=ends,
        members=keys,
        campaigns=campaigns,
        series=series,
        last_days=last_days,
        joiners=joining,
    )


def _held(subject: Subject, begins: datetime, ends: datetime) -> tuple[Dropped, ...]:
    """From when on nothing says which days are working days, if that lies in these days."""
    rule = subject.rule if isinstance(subject, Campaign) else None
    at = rule.next_held(begins) if rule else None
    if at is None or at >= ends:
        return ()
    year = at.astimezone(subject.zone).year
    text = _("the working days of %(year)d are not known. It waits from here on; import them") % {"year": year}
    return (Dropped(at=at, name=subject.name, why=text),)


def doubts_of(plan: Plan) -> tuple[Doubt, ...]:
    """The campaigns and series that count days with unknown holidays, each with its first such moment."""
    rows = [
        *Campaign.objects.filter(pk__in=plan.campaigns).select_related("application"),
        *Series.objects.filter(pk__in=plan.series).select_related("application"),
    ]
    doubts = [_doubt(row, plan.begins) for row in share_calendars(rows) if row.asks_for_days]
    return tuple(
        sorted((doubt for doubt in doubts if doubt and doubt.at < plan.ends), key=lambda doubt: (doubt.at, doubt.name))
    )


def _doubt(row: Subject, begins: datetime) -> Doubt | None:
    rule = row.rule if isinstance(row, Campaign) else None
    held = rule.next_held(begins) if rule else None
    if held is not None:
        text = _("The working days of %(year)d are not known yet: from then on nothing of it goes out. Import them.")
        return _doubted(row, held, text, stops=True)
    if isinstance(row, Campaign) and row.window_days != Campaign.WindowDays.WORKING:
        return None
    day = row.calendar.unknown_after(begins.astimezone(row.zone).date())
    text = _(
        "The working days of %(year)d are not known yet: from then on Monday to Friday count, holidays or not. "
        "Import them."
    )
    return _doubted(row, max(begins, datetime.combine(day, time(), row.zone)), text, stops=False)


def _doubted(row: Subject, at: datetime, text: str, *, stops: bool) -> Doubt:
    year = at.astimezone(row.zone).year
    return Doubt(at=at, name=row.name, year=year, stops=stops, words=text % {"year": year})


def _checked_days(days: int) -> int:
    if not 1 <= days <= MOST_DAYS:
        fault = _("A rehearsal goes over 1 to %d days.") % MOST_DAYS
        raise SchedulingError(fault, code="rehearsal_days", field="days", remedy=_("Choose another number of days."))
    return days


def _members(cohort: Mapping[str, Any], application: Application, today: date) -> list[int]:
    """The keys of the members who take part, with those who have left if they are named."""
    rows = reach.members_of(parse_audience(cohort), application=application, today=today)
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST_MEMBERS + 1])
    if len(keys) > MOST_MEMBERS:
        fault = _("A rehearsal is for at most %d members; these are %d.") % (MOST_MEMBERS, rows.count())
        remedy = _("Choose a department, a segment, or some members. What holds for them holds for the others.")
        raise SchedulingError(fault, code="rehearsal_members", field="cohort", remedy=remedy)
    if not keys:
        remedy = _("Choose other members.")
        raise SchedulingError(_("These are no members."), code="rehearsal_nobody", field="cohort", remedy=remedy)
    return keys


def _scope(subject: Subject, application: Application, *, others: bool) -> tuple[set[int], set[int]]:
    """The keys of the campaigns and of the series that go out."""
    campaigns, series = set[int](), set[int]()
    (campaigns if isinstance(subject, Campaign) else series).add(subject.pk)
    if others:
        going = Campaign.objects.filter(state__in=Campaign.ON, series=None).select_related("application")
        campaigns |= {row.pk for row in going if _same_company(row.sender, application)}
        running = Series.objects.running().select_related("application")
        series |= {row.pk for row in running if _same_company(row.sender, application)}
    if isinstance(subject, Campaign) and subject.series_id is not None:
        series.discard(subject.series_id)
    return campaigns, series


def _same_company(sender: Application | None, application: Application) -> bool:
    return sender is not None and sender.corporation_id == application.corporation_id
