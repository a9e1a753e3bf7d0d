"""When operators are there: times of day, on all days or on the company's working days. Pure, but for asking those."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from conversations.models import OperatorGroup, Ticket
from conversations.signals import company_calendar
from conversations.wording import working_day_texts

LONGEST_SEARCH = 60  # days; whoever is away for longer is not waited for

OfDay = Callable[[date], bool]


def _always(_day: date) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class OfficeHours:
    """Times of day; where both are equal, around the clock, and over midnight they belong to the first day.

    `works_on` says whether a date is one of their days, `knows` whether that is known.
    """

    opens_at: time
    closes_at: time
    works_on: OfDay
    knows: OfDay = _always

    def is_open(self, now: datetime) -> bool:
        """Whether the group is open; `now` is in the time zone of the times."""
        return bool(self._open_since(now))

    def next_opening(self, now: datetime) -> datetime | None:
        """When the group opens next, after now; None if no day within two months has hours."""
        days = (now.date() + timedelta(days=number) for number in range(LONGEST_SEARCH))
        return next((self._opens(day, now) for day in days if self.works_on(day) and self._opens(day, now) > now), None)

    def unknown_year(self, now: datetime) -> int | None:
        """The year whose unknown days decide whether the group is open now, or else when; None without one."""
        days = self._open_since(now)
        if days:
            return None if any(map(self.knows, days)) else days[0].year
        opening = self.next_opening(now)
        until = ((opening or now).date() - now.date()).days
        ahead = (now.date() + timedelta(days=number) for number in range(until + 1))
        return next((day.year for day in ahead if not self.knows(day)), None)

    def _open_since(self, now: datetime) -> list[date]:
        """The days by whose hours the group is open now."""
        days = (now.date(), now.date() - timedelta(days=1))
        return [day for day in days if self.works_on(day) and self._opens(day, now) <= now < self._closes(day, now)]

    def _opens(self, day: date, now: datetime) -> datetime:
        return datetime.combine(day, self.opens_at, now.tzinfo)

    def _closes(self, day: date, now: datetime) -> datetime:
        overnight = self.closes_at <= self.opens_at
        return datetime.combine(day + timedelta(days=overnight), self.closes_at, now.tzinfo)


def hours_of(group: OperatorGroup) -> OfficeHours:
    """The hours of a group."""
    hours = OfficeHours(opens_at=group.opens_at, closes_at=group.closes_at, works_on=_always)
    if group.days == OperatorGroup.Days.ALL:
        return hours
    calendar = company_calendar(group.application)
    return replace(hours, works_on=calendar.works_on, knows=calendar.knows)


def is_open(group: OperatorGroup, now: datetime) -> bool:
    """Whether the group is there now, by the clock of this installation."""
    return hours_of(group).is_open(timezone.localtime(now))


def next_opening(group: OperatorGroup, now: datetime) -> datetime | None:
    """When the group is there again."""
    return hours_of(group).next_opening(timezone.localtime(now))


def answer_due(group: OperatorGroup, now: datetime) -> datetime | None:
    """When the group owes an answer to a question that it is asked now: its minutes count from its opening."""
    begins = now if is_open(group, now) else next_opening(group, now)
    return begins + timedelta(minutes=group.answer_within) if begins else None


def unknown_year(group: OperatorGroup, now: datetime) -> int | None:
    """The year on whose unknown days it rests whether the group is there now, or else when; None without one."""
    return hours_of(group).unknown_year(timezone.localtime(now))


def due_unknown_year(ticket: Ticket) -> int | None:
    """The year on whose unknown days it rests when an answer to a ticket is due; None without one."""
    group = ticket.group
    if ticket.due_at is None or group is None or group.days == OperatorGroup.Days.ALL:
        return None
    day = timezone.localtime(ticket.due_at - timedelta(minutes=group.answer_within)).date()
    return None if company_calendar(group.application).knows(day) else day.year


def days_unknown(groups: Iterable[OperatorGroup], since: date, until: date) -> str:
    """That hours of these groups counted, or count, Monday to Friday in unknown years of these days; "" if not."""
    days = [max(since, date(year, 1, 1)) for year in range(since.year, until.year + 1)]
    years = {
        day.year
        for group in groups
        if group.days == OperatorGroup.Days.WORKING
        for calendar in [company_calendar(group.application)]
        for day in days
        if not calendar.knows(day)
    }
    return working_day_texts.counted(sorted(years))
