"""Schedules, their runs, and segments in the admin."""

from scheduling.admin import calendar_days, runs, schedules, segments

__all__ = ["calendar_days", "runs", "schedules", "segments"]
