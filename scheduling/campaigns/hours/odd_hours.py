"""A moment at night, on a weekend, on a holiday or in a year of unknown days, and better ones. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from scheduling.business_calendar import Calendar

NIGHT_FROM, NIGHT_UNTIL = time(21), time(8)
MORNING = time(9)
SATURDAY = 5
LONGEST_SEARCH = 366  # days
NEXT_MORNING, WORKING_DAY = "morning", "working_day"


@dataclass(frozen=True, kw_only=True)
class BetterMoment:
    """A moment that is offered instead: `kind` is `morning`, or `working_day` where the next morning is a day off.

    `is_known` is False where nothing says whether its day works.
    """

    kind: str
    at: datetime
    is_known: bool


@dataclass(frozen=True, kw_only=True)
class OddHour:
    """The oddities of a moment, by the clock of a zone and the company's working days.

    Attributes:
        is_known: whether the working days of its year are known; else Monday to Friday count as such.
    """

    at: datetime
    is_night: bool
    is_weekend: bool
    is_holiday: bool
    is_known: bool
    instead: tuple[BetterMoment, ...] = ()

    @property
    def words(self) -> str:
        """The oddities, as sentences; "" for an ordinary moment."""
        sentences = []
        if self.is_night:
            sentences.append(_("Its moment is at night: %(time)s.") % {"time": f"{self.at:%H:%M}"})
        if self.is_weekend:
            sentences.append(_("Its moment is on a weekend."))
        if self.is_holiday:
            sentences.append(_("Its moment is on a holiday."))
        if not self.is_known:
            text = _("The working days of %(year)d are not known yet: it may be a holiday.")
            sentences.append(text % {"year": self.at.year})
        return " ".join(sentences)

    @property
    def may_wait(self) -> bool:
        """Whether the clock or the calendar offers a better moment; where days are not known, nothing does."""
        return self.is_night or self.is_weekend or self.is_holiday

    def __bool__(self) -> bool:
        return self.may_wait or not self.is_known


def is_night(at: time) -> bool:
    """Whether members may be asleep or at home: before 8:00, and from 21:00."""
    return at >= NIGHT_FROM or at < NIGHT_UNTIL


def look(at: datetime, zone: ZoneInfo, calendar: Calendar) -> OddHour:
    """The oddities of a moment; with any, also the next morning and the next working day at nine."""
    local = at.astimezone(zone)
    is_off = not calendar.works_on(local.date())
    is_weekend = is_off and local.weekday() >= SATURDAY
    odd = OddHour(
        at=local,
        is_night=is_night(local.time()),
        is_weekend=is_weekend,
        is_holiday=is_off and not is_weekend,
        is_known=calendar.knows(local.date()),
    )
    return replace(odd, instead=tuple(_instead(odd, zone, calendar))) if odd.may_wait else odd


def _instead(odd: OddHour, zone: ZoneInfo, calendar: Calendar) -> Iterator[BetterMoment]:
    working = next_working_day(odd.at, MORNING, zone, calendar)
    morning = _next_time(odd.at, MORNING)
    if odd.is_night:
        yield _better(NEXT_MORNING, morning, zone, calendar)
    if not odd.is_night or morning != working:
        yield _better(WORKING_DAY, working, zone, calendar)


def next_working_day(after: datetime, at: time, zone: ZoneInfo, calendar: Calendar) -> datetime:
    """The next time that it is `at` on a working day; on any day where a company has none within a year."""
    local = after.astimezone(zone)
    first = _next_time(local, at)
    for days in range(LONGEST_SEARCH):
        day = first.date() + timedelta(days=days)
        if calendar.works_on(day):
            return datetime.combine(day, at, zone).astimezone(UTC)
    return first.astimezone(UTC)


def _next_time(local: datetime, at: time) -> datetime:
    today = datetime.combine(local.date(), at, local.tzinfo)
    return today if today > local else datetime.combine(local.date() + timedelta(days=1), at, local.tzinfo)


def _better(kind: str, at: datetime, zone: ZoneInfo, calendar: Calendar) -> BetterMoment:
    return BetterMoment(kind=kind, at=at.astimezone(UTC), is_known=calendar.knows(at.astimezone(zone).date()))
