"""The work of a running series at a moment: members come in, others are stopped, and steps begin.

All of it takes `now`, so that a rehearsal moves the clock. Concurrent calls are safe: the series is locked.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignRun, Enrolment, Series
from scheduling.series import approved_series, series_states, turns
from scheduling.series.enrolment import date_corrections, intake, stops
from scheduling.series.plan import Plan

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
"""How often dates and conditions are looked at, where no step has its moment in between."""


def sweep(pk: int, *, now: datetime, zones: Sequence[ZoneInfo] | None = None) -> list[CampaignRun]:
    """Bring a running series up to date, and begin the steps whose moment has come; the runs that began.

    `zones` are those of the series, if they are known.
    """
    with transaction.atomic():
        series = Series.objects.select_for_update(of=("self",)).filter(pk=pk, state=Series.State.RUNNING).first()
        application = series.sender if series else None
        if series is None or application is None:
            return []
        try:
            with transaction.atomic():
                return _sweep(Plan(series=series, application=application, now=now, known_zones=zones))
        except SchedulingError as error:
            series_states.change(series, Series.State.PAUSED, reason=Series.Reason.BROKEN, why=error.message, now=now)
            logger.warning("A series was paused.", extra={"series": series.pk, "code": error.code})
    series_states.take_back(series)
    return []


def _sweep(plan: Plan) -> list[CampaignRun]:
    series, now = plan.series, plan.now
    events = intake.take_in(plan) if series.is_event else 0
    if not (events or _has_turn(plan)):
        return []
    why = _why_not(plan)
    if why:
        series_states.change(series, Series.State.PAUSED, reason=why, now=now)
        return []
    Series.objects.filter(pk=series.pk).update(swept_at=now)
    date_corrections.follow_dates(plan)
    if not series.is_event:
        intake.take_in(plan)
    stops.stop_members(plan)
    runs = turns.begin_steps(plan)
    stops.finish_members(plan)
    _finish(plan)
    return runs


def _has_turn(plan: Plan) -> bool:
    """Whether a step's time of day has come since the last look, or that look is a while ago."""
    seen = plan.series.swept_at
    if seen is None or plan.now - seen >= EVERY:
        return True
    times = {step.at for step in plan.steps if step.at is not None}
    return any(clock.days.latest(at, plan.now) > seen for clock in plan.clocks for at in times)


def _why_not(plan: Plan) -> str:
    """Why a running series must stop: one of its steps fails too often, or it differs from the approved content."""
    if any(step.state == Campaign.State.PAUSED for step in plan.steps):
        return Series.Reason.ERRORS
    if plan.series.approved_hash != approved_series.digest(plan.series):
        return Series.Reason.NOT_APPROVED
    return ""


def _finish(plan: Plan) -> None:
    """A series with closed intake is over with its last member and run."""
    series = plan.series
    if series.ends_on is None or plan.today <= series.ends_on:
        return
    if Enrolment.objects.active().filter(series=series).exists():
        return
    if not CampaignRun.objects.filter(campaign__series=series, ended_at=None).exists():
        series_states.change(series, Series.State.FINISHED, now=plan.now)
