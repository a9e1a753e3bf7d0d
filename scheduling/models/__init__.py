"""Schedules and their runs."""

from scheduling.models.calendar_days import CalendarDay, CalendarDayQuerySet, calendar_of
from scheduling.models.runs import Run, RunMessage
from scheduling.models.schedules import (
    EVERYONE,
    LONGEST_GRACE,
    Schedule,
    ScheduleQuerySet,
    default_grace,
    default_time_zone,
    share_calendars,
)

__all__ = [
    "EVERYONE",
    "LONGEST_GRACE",
    "CalendarDay",
    "CalendarDayQuerySet",
    "Run",
    "RunMessage",
    "Schedule",
    "ScheduleQuerySet",
    "calendar_of",
    "default_grace",
    "default_time_zone",
    "share_calendars",
]
