"""When operators are there: times of day, on all days or on the company's working days. Pure, but for asking those."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from conversations.models import OperatorGroup
from conversations.signals import working_days_wanted

LONGEST_SEARCH = 60  # days; whoever is away for longer is not waited for
SATURDAY = 5

WorksOn = Callable[[date], bool]


@dataclass(frozen=True, kw_only=True)
class OfficeHours:
    """Times of day; where both are equal, around the clock, and over midnight they belong to the first day.

    `works_on` says whether a date is one of their days.
    """

    opens_at: time
    closes_at: time
    works_on: WorksOn

    def is_open(self, now: datetime) -> bool:
        """Whether someone is there; `now` is in the time zone of the times."""
        return any(
            self.works_on(day) and self._opens(day, now) <= now < self._closes(day, now)
            for day in (now.date(), now.date() - timedelta(days=1))
        )

    def next_opening(self, now: datetime) -> datetime | None:
        """When someone is there again, after now; None if no day within two months has hours."""
        days = (now.date() + timedelta(days=number) for number in range(LONGEST_SEARCH))
        return next((self._opens(day, now) for day in days if self.works_on(day) and self._opens(day, now) > now), None)

    def _opens(self, day: date, now: datetime) -> datetime:
        return datetime.combine(day, self.opens_at, now.tzinfo)

    def _closes(self, day: date, now: datetime) -> datetime:
        overnight = self.closes_at <= self.opens_at
        return datetime.combine(day + timedelta(days=overnight), self.closes_at, now.tzinfo)


def hours_of(group: OperatorGroup) -> OfficeHours:
    """The hours of a group."""
    every_day = group.days == OperatorGroup.Days.ALL
    works_on = (lambda _day: True) if every_day else _working_days(group)
    return OfficeHours(opens_at=group.opens_at, closes_at=group.closes_at, works_on=works_on)


def is_open(group: OperatorGroup, now: datetime) -> bool:
    """Whether the group is there now, by the clock of this installation."""
    return hours_of(group).is_open(timezone.localtime(now))


def next_opening(group: OperatorGroup, now: datetime) -> datetime | None:
    """When the group is there again."""
    return hours_of(group).next_opening(timezone.localtime(now))


def answer_due(group: OperatorGroup, now: datetime) -> datetime | None:
    """When the group owes an answer to what it is asked now: its minutes count from when it is there."""
    begins = now if is_open(group, now) else next_opening(group, now)
    return begins + timedelta(minutes=group.answer_within) if begins else None


def _working_days(group: OperatorGroup) -> WorksOn:
    answers: Any = working_days_wanted.send(OperatorGroup, application=group.application)
    return next((works_on for _receiver, works_on in answers if works_on is not None), _monday_to_friday)


def _monday_to_friday(day: date) -> bool:
    return day.weekday() < SATURDAY
