"""Schedules and their runs in the admin."""

from scheduling.admin import calendar_days, runs, schedules

__all__ = ["calendar_days", "runs", "schedules"]
