"""Schedules and their runs in the admin."""

from scheduling.admin import runs, schedules

__all__ = ["runs", "schedules"]
