"""The next runs of schedules, for the admin's home."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from scheduling.models import Schedule

SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class NextRun:
    """The next run of a schedule; `rule` describes when it runs."""

    schedule: Schedule
    at: datetime
    rule: str


def next_runs() -> list[NextRun]:
    """The next runs, soonest first."""
    now = timezone.now()
    # More than are shown: `next_tick_at` ignores days off, so the order may change.
    rows = Schedule.objects.filter(paused=False, next_tick_at__isnull=False).order_by("next_tick_at")[: 4 * SHOWN]
    plans = [
        NextRun(schedule=row, at=moment, rule=row.words) for row in rows for moment in row.rule.upcoming(now, count=1)
    ]
    return sorted(plans, key=lambda plan: plan.at)[:SHOWN]
