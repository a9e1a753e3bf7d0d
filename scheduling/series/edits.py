"""The limits of an edit of a series or of a step, and the fields that steps take over from their series."""

from datetime import time

from django.utils.translation import gettext as _

from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, Series


def locked(series: Series | int) -> Series:
    """The row of a series, locked. It is locked before its steps, everywhere."""
    key = series if isinstance(series, int) else series.pk
    return Series.objects.select_for_update(of=("self",)).get(pk=key)


def check_editable(series: Series) -> None:
    """Raise `SchedulingError` for a series that runs or has ended."""
    if not series.is_editable:
        remedy = _("Pause it first. A series that has ended can be copied.")
        raise SchedulingError(_("It cannot be changed now."), code="series_state", remedy=remedy)


def check_time(series: Series, step: Campaign, *, day: int, at: time | None) -> None:
    """Raise `SchedulingError` for a day without a time, and where another step has this time."""
    if at is None and day != 0:
        fault = _("Only day 0 of an event has no time of day.")
        raise SchedulingError(fault, code="empty", field="at", remedy=_("Write one, such as 09:00."))
    if series.steps.filter(day=day, at=at).exclude(pk=step.pk).exists():
        fault = _("Another step has this day and time.")
        raise SchedulingError(fault, code="step_taken", field="at", remedy=_("Choose another time of that day."))


def keep_with_series(step: Campaign, series: Series) -> None:
    """Give a step that is saved the fields that its series decides."""
    step.repeats, step.starts_at, step.cron, step.ends_on = Campaign.Repeats.SERIES, None, "", None
    step.next_working_day_at, step.urgent_reason = None, ""
    step.policy = Campaign.Policy.APPROVED  # which its series has
    step.unknown_days, step.grace_minutes = Campaign.UnknownDays.HOLD, None
    step.audience, step.application = series.audience, series.application
    step.time_zone, step.in_member_zone = series.time_zone, series.in_member_zone


def share(series: Series) -> None:
    """Give the steps the fields that they share with their series, so that they are checked and previewed as
    campaigns are."""
    names = ("audience", "application_id", "time_zone", "in_member_zone")
    shared = {name: getattr(series, name) for name in names}
    Campaign.objects.filter(series=series).update(**shared)
