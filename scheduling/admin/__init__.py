"""Schedules, campaigns, their runs, and segments in the admin."""

from scheduling.admin import calendar_days, runs, schedules, segments, sheets
from scheduling.admin.campaigns import campaign_pages, policy_pages, run_pages

__all__ = [
    "calendar_days",
    "campaign_pages",
    "policy_pages",
    "run_pages",
    "runs",
    "schedules",
    "segments",
    "sheets",
]
