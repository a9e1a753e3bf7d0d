"""The working days of a company, read once for the rows of a list."""

from collections.abc import Iterable
from typing import Any, TypeVar

from scheduling.business_calendar import Calendar
from scheduling.models.calendar_days import calendar_of
from scheduling.models.campaigns import Campaign
from scheduling.models.schedules import Schedule
from scheduling.models.series import Series

R = TypeVar("R", Schedule, Campaign, Series)


def share_calendars(rows: Iterable[R]) -> list[R]:
    """The schedules, campaigns or series of a list, with one calendar for each company instead of a query for each."""
    found: dict[int | None, Calendar] = {}
    listed = list(rows)
    for row in listed:
        key = row.application.corporation_id if row.application else None
        if _asks_for_days(row):
            if key not in found:
                found[key] = calendar_of(row.application)
            row.calendar = found[key]
    return listed


def _asks_for_days(row: Any) -> bool:
    return bool(row.days_off == Series.DaysOff.WAIT if isinstance(row, Series) else row.days == Schedule.Days.WORKING)
