"""When a cron line is due, in its time zone and on the company's working days. Without rows or a clock.

A *tick* is a moment of the cron line; an *occurrence* is a tick on a day when the schedule runs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

import chinese_calendar
from cronsim import CronSim, CronSimError
from cronsim.cronsim import Field
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from scheduling.exceptions import SchedulingError

LAST, LAST_WEEKDAY = CronSim.LAST, CronSim.LAST_WEEKDAY
EVERY_MINUTE, EVERY_HOUR, EVERY_DAY, EVERY_MONTH = range(60), range(24), range(1, 32), range(1, 13)
EVERY_WEEKDAY = range(7)
FIELDS = (
    (Field.MINUTE, gettext_noop("minute"), gettext_noop("Write 0 to 59, like 0, 0,30 or */15.")),
    (Field.HOUR, gettext_noop("hour"), gettext_noop("Write 0 to 23, like 9, 9,18 or 9-17.")),
    (
        Field.DAY,
        gettext_noop("day of the month"),
        gettext_noop("Write 1 to 31, L for the last day, or * for every day."),
    ),
    (Field.MONTH, gettext_noop("month"), gettext_noop("Write 1 to 12, JAN to DEC, or * for every month.")),
    (
        Field.DOW,
        gettext_noop("day of the week"),
        gettext_noop("Write 0 to 7 (0 and 7 are Sunday), MON to SUN, like 1-5, or * for every day."),
    ),
)
# An hour repeats when clocks go back: a backward search starts after both.
OVERLAP = timedelta(hours=3)
SATURDAY = 5
HORIZON = timedelta(days=3660)


@dataclass(frozen=True, kw_only=True)
class CronLine:
    """A parsed cron line. Days may hold `LAST` and `LAST_WEEKDAY`; weekdays (0 is Sunday) pairs like (5, `LAST`)."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: tuple[int, ...]
    weekdays: frozenset[int | tuple[int, int]]
    needs_both: bool

    @property
    def names_days(self) -> bool:
        return not self.days.issuperset(EVERY_DAY)

    @property
    def names_weekdays(self) -> bool:
        return not self.weekdays.issuperset(EVERY_WEEKDAY)

    @property
    def times(self) -> int:
        """How many times on a day that it runs."""
        return len(self.minutes) * len(self.hours)


def parse_cron(line: str) -> CronLine:
    """Parse a cron line of five fields. Raises `SchedulingError`, which names the wrong field and gives an example."""
    parts = line.upper().split()
    if len(parts) != len(FIELDS):
        fault = _("A cron line has five fields: minute, hour, day of the month, month and weekday; this has %(count)d.")
        example = _("“0 9 * * *” is every day at 9:00, “0 10 * * 1” every Monday at 10:00.")
        raise SchedulingError(fault % {"count": len(parts)}, code="cron_fields", field="cron", remedy=example)
    for part, (kind, name, allowed) in zip(parts, FIELDS, strict=True):
        try:
            kind.parse(part)
        except CronSimError as error:
            fault = _("In the cron line, “%(part)s” stands for the %(name)s.") % {"part": part[:40], "name": _(name)}
            code = f"cron_{kind.name.lower()}"
            raise SchedulingError(fault, code=code, field="cron", remedy=_(allowed)) from error
    try:
        sim = CronSim(" ".join(parts), datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        fault, example = _("No month that the cron line names has such a day."), _("For a month's last day, write L.")
        raise SchedulingError(fault, code="cron_never", field="cron", remedy=example) from error
    return CronLine(
        minutes=tuple(sorted(sim.minutes)),
        hours=tuple(sorted(sim.hours)),
        days=frozenset(sim.days),
        months=tuple(sorted(sim.months)),
        weekdays=frozenset(_sunday_is_0(weekday) for weekday in sim.weekdays),
        needs_both=sim.day_and,
    )


@cache
def published_days() -> Mapping[date, tuple[bool, str]]:
    """The days that differ from Monday to Friday, as the State Council published them: whether they work, and why."""
    names = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
    days = {day: (False, names.get(name, name)) for day, name in chinese_calendar.holidays.items()}
    return days | {day: (True, names.get(name, name)) for day, name in chinese_calendar.workdays.items()}


@cache
def published_years() -> frozenset[int]:
    """The years whose days the package contains. The State Council publishes a year in the November before it."""
    return frozenset(day.year for day in published_days())


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The working days of a company. `days` are those that were entered; of a year in `years`, there are no others.

    The package knows the years that are not in `years`, if anyone does.
    """

    days: Mapping[date, bool] = field(default_factory=dict)
    years: frozenset[int] = frozenset()

    def works_on(self, day: date) -> bool:
        """Whether it is a working day, make-up days included; Monday to Friday in an unknown year."""
        if day in self.days:
            return self.days[day]
        published = () if day.year in self.years else published_days().get(day, ())
        return published[0] if published else day.weekday() < SATURDAY

    def knows(self, day: date) -> bool:
        return day in self.days or self.knows_year(day.year)

    def knows_year(self, year: int) -> bool:
        return year in self.years or year in published_years()

    def unknown_after(self, day: date) -> date:
        """The first day, from this one on, of a year that is not known."""
        year = day.year
        while self.knows_year(year):
            year += 1
        return max(day, date(year, 1, 1))

    @property
    def last_year(self) -> int:
        """The last year that is known in full."""
        return max(self.years | published_years())


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A cron line in a time zone, optionally on working days or one date only. Takes aware datetimes and returns UTC.

    Datetimes of one zone would compare by wall clock, which is wrong when clocks go back. With `holds`, it does not run
    on days of which the calendar does not know whether they are working days.
    """

    line: str
    zone: ZoneInfo
    working_days: bool = False
    calendar: Calendar = field(default_factory=Calendar)
    holds: bool = False
    only_on: date | None = None

    def upcoming(self, now: datetime, count: int) -> list[datetime]:
        """The next occurrences after now; fewer if there are no more within ten years."""
        return list(islice(self._forwards(now), count))

    def between(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """The occurrences after `since` and before `until`, in their order."""
        return (at for at in self._forwards(since, until) if at < until)

    @property
    def every_day(self) -> "Rule":
        """The same times on any day that its cron line names, whether it is a working day or the one date."""
        return replace(self, only_on=None, working_days=False)

    def next_tick(self, now: datetime) -> datetime | None:
        """The next tick, on a working day or not."""
        return next(replace(self, working_days=False)._forwards(now), None)

    def next_held(self, now: datetime) -> datetime | None:
        """The next tick that is held, because nothing says whether its day is a working day."""
        return self.next_unknown(now) if self.holds else None

    def next_unknown(self, now: datetime) -> datetime | None:
        """The next tick on a day of which nothing says whether it is a working day."""
        if not self.working_days:
            return None
        unknown = self.calendar.unknown_after(now.astimezone(self.zone).date())
        begin = max(now, self._end_of(unknown, reverse=True) - timedelta(microseconds=1))
        ticks = replace(self, working_days=False)._forwards(begin)
        return next((at for at in ticks if not self.calendar.knows(at.astimezone(self.zone).date())), None)

    def latest_tick(self, now: datetime, *, since: datetime) -> datetime | None:
        """The latest tick until now and after `since`, on a working day or not."""
        return next(replace(self, working_days=False).backwards(now, since=since), None)

    def backwards(self, now: datetime, *, since: datetime) -> Iterator[datetime]:
        """The occurrences until now and after `since`, latest first."""
        # A search for one date begins there, however far away it is.
        end = now if self.only_on is None else min(now, self._end_of(self.only_on, reverse=False))
        start = (end.astimezone(UTC) + OVERLAP).astimezone(self.zone)
        for at in self._walk(start, reverse=True):
            if at <= since:
                return
            if at <= now and self._runs_at(at):
                yield at

    def _forwards(self, now: datetime, until: datetime | None = None) -> Iterator[datetime]:
        end = until or now + HORIZON
        begin = now if self.only_on is None else max(now, self._end_of(self.only_on, reverse=True) - OVERLAP)
        for at in self._walk(begin.astimezone(self.zone), reverse=False):
            if at > end or self._is_over(at):
                return
            if at > now and self._runs_at(at):
                yield at

    def _walk(self, start: datetime, *, reverse: bool) -> Iterator[datetime]:
        """The ticks from a local time on; only the first of each day off."""
        while True:
            for at in CronSim(self.line, start, reverse):
                yield at.astimezone(UTC)
                if self.working_days and not self.runs_on(at.date()):
                    start = self._end_of(at.date(), reverse=reverse)
                    break
            else:
                return

    def holds_on(self, day: date) -> bool:
        """Whether it is held back because nothing says that this is a working day."""
        return self.working_days and self.holds and not self.calendar.knows(day)

    def runs_on(self, day: date) -> bool:
        if self.only_on not in (None, day):
            return False
        return not self.working_days or (not self.holds_on(day) and self.calendar.works_on(day))

    def _runs_at(self, tick: datetime) -> bool:
        return self.runs_on(tick.astimezone(self.zone).date())

    def _is_over(self, tick: datetime) -> bool:
        """Whether it cannot run any more from this tick on, so that the search ends."""
        day = tick.astimezone(self.zone).date()
        if self.only_on is not None and day > self.only_on:
            return True
        entered = max(self.calendar.days, default=day)
        return self.working_days and self.holds and day > entered and day.year > self.calendar.last_year

    def _end_of(self, day: date, *, reverse: bool) -> datetime:
        """The end of this day, from where the search goes on."""
        if reverse:
            return datetime.combine(day, time(), self.zone)
        return datetime.combine(day, time(23, 59, 59), self.zone)


def _sunday_is_0(weekday: int | tuple[int, int]) -> int | tuple[int, int]:
    if isinstance(weekday, tuple):
        return weekday[0] % 7, weekday[1]
    return weekday % 7
