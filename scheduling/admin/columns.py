"""Moments and outcomes on the pages of schedules."""

from datetime import datetime

from django.conf import settings
from django.utils.dates import WEEKDAYS_ABBR

from core.web.admin import badge
from scheduling.models import Run, Schedule

TONES = {
    Run.Outcome.SENT: "good",
    Run.Outcome.MISSED: "warn",
    Run.Outcome.FAILED: "bad",
    Run.Outcome.SKIPPED: "",
}


def outcome_badge(outcome: str) -> str:
    return badge(Run.Outcome(outcome).label, TONES[Run.Outcome(outcome)])


def short_moment(at: datetime, schedule: Schedule) -> str:
    """A moment in the schedule's time zone, which is named if it is not the installation's."""
    local = at.astimezone(schedule.zone)
    words = f"{WEEKDAYS_ABBR[local.weekday()]} {local:%Y-%m-%d %H:%M}"
    return words if schedule.time_zone == settings.TIME_ZONE else f"{words} {schedule.time_zone}"
