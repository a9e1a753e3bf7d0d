"""Checks of a series: each error names its field and the remedy. Those of a step have its key in `step`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.text.time_zones import time_zones
from scheduling.audience.audience_rule import check_somebody, parse_audience
from scheduling.audience.personalisation import slots_of
from scheduling.campaigns import campaign_validation
from scheduling.exceptions import SchedulingError
from scheduling.models import FARTHEST_DAY, Campaign, Series
from scheduling.segments.query import Compiler
from scheduling.segments.rule_subjects import FACT, Kind, subjects_of
from scheduling.segments.rules import parse_group

MOST_STEPS = 60
SHARED = ("audience", "time_zone")  # the series' own, which its steps share


@dataclass(frozen=True, kw_only=True)
class SeriesProblem:
    """An error of a series, or of one of its steps."""

    error: SchedulingError
    step: Campaign | None = None


def problems(series: Series, now: datetime) -> Iterator[SeriesProblem]:
    """All errors of a series that is saved, those of its steps last."""
    for error in _own(series, now):
        yield SeriesProblem(error=error)
    slots = slots_of(series.sender)
    for step in series.steps.steps().prefetch_related("contents__flow__live"):
        for error in _of_step(series, step, now, slots):
            yield SeriesProblem(error=error, step=step)


def _own(series: Series, now: datetime) -> Iterator[SchedulingError]:
    if not series.name.strip():
        yield _error("name", "empty", _("The name is missing."), _("Write what the series is about."))
    if series.time_zone not in time_zones():
        remedy = _("Write a name like Asia/Shanghai.")
        yield _error("time_zone", "zone_unknown", _("There is no such time zone."), remedy)
    if series.sender is None:
        fault, remedy = _("There is no application that sends it."), _("Connect one, or choose one here.")
        yield _error("application", "application", fault, remedy)
        return
    try:
        check_somebody(parse_audience(series.audience))
    except SchedulingError as error:
        yield error
    yield from _anchor(series)
    yield from _stop_rule(series, now)
    count = series.steps.count()
    if not count:
        yield _error("steps", "empty", _("There is nothing to send."), _("Add a step, such as day 0 at 9:00."))
    elif count > MOST_STEPS:
        fault = _("A series may have %(most)d steps.") % {"most": MOST_STEPS}
        yield _error("steps", "too_many", fault, _("Make a second series for the rest."))


def _anchor(series: Series) -> Iterator[SchedulingError]:
    if series.anchor == Series.Anchor.FACT:
        sender = series.sender
        subject = subjects_of(sender.corporation).get(FACT + series.fact) if sender else None
        if subject is None or subject.kind != Kind.DATE:
            fault = _("There is no date “%(fact)s” that is known of members.") % {"fact": series.fact}
            yield _error("fact", "fact_unknown", fault, _("Choose one, such as the start date."))
        return
    if series.repeats_yearly:
        fault = _("Only a date comes again every year, and an event does not.")
        yield _error("repeats_yearly", "event_yearly", fault, _("Count from a date, or turn it off."))
    if series.anchor == Series.Anchor.DEPARTMENT and not series.departments:
        yield _error("departments", "empty", _("The department is missing."), _("Choose the one that members join."))
    if series.anchor == Series.Anchor.FLOW and series.flow is None:
        yield _error("flow", "empty", _("The flow is missing."), _("Choose the one that members finish."))


def _stop_rule(series: Series, now: datetime) -> Iterator[SchedulingError]:
    sender = series.sender
    if not series.stop_rule or sender is None:
        return
    try:
        today = now.astimezone(series.zone).date()
        Compiler(sender.corporation, today=today).compile(parse_group(series.stop_rule))
    except SchedulingError as error:
        place = error.field.replace("rule", "stop_rule", 1)
        yield SchedulingError(error.message, code=error.code, field=place, remedy=error.remedy)


def _of_step(
    series: Series, step: Campaign, now: datetime, slots: campaign_validation.Slots
) -> Iterator[SchedulingError]:
    day = step.day or 0
    if abs(day) > FARTHEST_DAY:
        remedy = _("Write a number from -%(most)d to %(most)d.") % {"most": FARTHEST_DAY}
        yield _error("day", "day_range", _("The day lies too far away."), remedy)
    if series.is_event and day < 0:
        fault = _("It lies before the event, which is not known in advance.")
        yield _error("day", "before_event", fault, _("Choose day 0 or a later one, or count from a date."))
    if step.at is None and not series.is_event:
        fault = _("The time of day is missing. Only an event has a moment of its own.")
        yield _error("at", "empty", fault, _("Write one, such as 09:00."))
    yield from (
        error
        for error in campaign_validation.problems(step, now, slots=slots)
        if error.field.partition(".")[0] not in SHARED
    )


def _error(field: str, code: str, fault: str, remedy: str) -> SchedulingError:
    return SchedulingError(fault, code=code, field=field, remedy=remedy)
