"""Series: written, forecast and started. `approval_and_pause` has the rest of their life."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from core.parties.acting_client import client_name
from scheduling.audience.audience_rule import parse_audience
from scheduling.exceptions import SchedulingError
from scheduling.mailings.approval_and_pause import check_approved, note_edit, take
from scheduling.models import Campaign, Series
from scheduling.segments.rules import parse_group
from scheduling.series import edits, series_states, series_validation, sweep, turns
from scheduling.series.enrolment import date_corrections, intake, stops
from scheduling.series.odd_steps import OddSteps, odd_steps
from scheduling.series.plan import Plan
from scheduling.series.series_validation import SeriesProblem

Person = AbstractBaseUser | None
S = Series.State
LIFE = ("state", "reason", "approved_hash", "started_at", "swept_at")


@transaction.atomic
def save_series(series: Series, *, by: Person = None) -> Series:
    """Save a series. An edit of approved content voids the approval.

    Raises `SchedulingError` for one that runs or has ended. Errors do not keep a draft from being saved:
    `series_problems` has them, and nothing with errors is approved.
    """
    if series.pk:
        before = edits.locked(series)
        edits.check_editable(before)
        for name in LIFE:
            setattr(series, name, getattr(before, name))
    else:
        series.client = client_name()
    series.name = series.name.strip()
    series.created_by_id = series.created_by_id or (by.pk if by else None)
    series.changed_at = timezone.now()
    with suppress(SchedulingError):  # which is one of its problems
        series.audience = parse_audience(series.audience).as_json()
    with suppress(SchedulingError):
        series.stop_rule = parse_group(series.stop_rule).tidy().as_json() if series.stop_rule else {}
    series.save()
    edits.share(series)
    note_edit(series, by=by)
    return series


def series_problems(series: Series, *, now: datetime | None = None) -> list[SeriesProblem]:
    """All errors of a saved series and of its steps."""
    return list(series_validation.problems(series, now or timezone.now()))


def start_series(series: Series, *, by: Person = None, now: datetime | None = None) -> Series:
    """Let an approved series run: members come in, and steps go out at their moments.

    Raises `SchedulingError` if it was changed since it was approved.
    """
    now = now or timezone.now()

    def begin(row: Series) -> None:
        check_approved(row)
        row.started_at, row.swept_at = row.started_at or now, None
        series_states.change(row, S.RUNNING, by=by, now=now)

    take(series, begin)
    sweep.sweep(series.pk, now=now)
    series.refresh_from_db()
    return series


@dataclass(frozen=True, kw_only=True)
class SeriesForecast:
    """How many members would come in if a series was started now, and whose turn would be at which step at once.

    Attributes:
        odd: the steps at night, and whether steps go out on days off.
    """

    members: int
    due: Mapping[Campaign, int]
    odd: OddSteps


def forecast_series(series: Series, *, now: datetime | None = None) -> SeriesForecast:
    """The forecast of a start, made by starting and rolling back.

    Raises `SchedulingError` for the first error of the series, and where it has no application.
    """
    now = now or timezone.now()
    _check_problems(series, now)
    with transaction.atomic():
        row = edits.locked(series)
        row.started_at = row.started_at or now
        sender = row.sender
        assert sender is not None, "one of its problems"
        plan = Plan(series=row, application=sender, now=now)
        date_corrections.follow_dates(plan)
        members = intake.take_in(plan)
        stops.stop_members(plan)
        due = Counter[Campaign]()
        for turn in turns.turns(plan):
            due[turn.step] += turns.whose_turn(plan, turn).count()
        transaction.set_rollback(True)
    return SeriesForecast(members=members, due=+due, odd=odd_steps(row))


def sweep_series(*, now: datetime | None = None) -> int:
    """Bring all running series up to date; returns how many runs of steps began."""
    now = now or timezone.now()
    keys = list(Series.objects.running().order_by("pk").values_list("pk", flat=True))
    return sum(len(sweep.sweep(pk, now=now)) for pk in keys)


def _check_problems(series: Series, now: datetime | None) -> None:
    for problem in series_validation.problems(series, now or timezone.now()):
        raise problem.error
