"""Schedules and their runs, segments and other audiences."""

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
from scheduling.models.segments import (
    AudienceSheet,
    AudienceSheetMember,
    AudienceSheetQuerySet,
    Segment,
    SegmentQuerySet,
)

__all__ = [
    "EVERYONE",
    "LONGEST_GRACE",
    "AudienceSheet",
    "AudienceSheetMember",
    "AudienceSheetQuerySet",
    "CalendarDay",
    "CalendarDayQuerySet",
    "Run",
    "RunMessage",
    "Schedule",
    "ScheduleQuerySet",
    "Segment",
    "SegmentQuerySet",
    "calendar_of",
    "default_grace",
    "default_time_zone",
    "share_calendars",
]
