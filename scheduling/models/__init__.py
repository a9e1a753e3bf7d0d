"""Schedules and their runs."""

from scheduling.models.schedules import (
    LONGEST_GRACE,
    Run,
    RunMessage,
    Schedule,
    ScheduleQuerySet,
    default_grace,
    default_time_zone,
)

__all__ = [
    "LONGEST_GRACE",
    "Run",
    "RunMessage",
    "Schedule",
    "ScheduleQuerySet",
    "default_grace",
    "default_time_zone",
]
