"""The life of series: written, approved as a whole by a second person, started, paused, resumed and cancelled."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.interchange.differences import Difference, differences
from core.parties.acting_client import client_name
from scheduling.audience.audience_rule import parse_audience
from scheduling.campaigns import parties, transitions
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignRun, Series
from scheduling.segments.rules import parse_group
from scheduling.series import approval, corrections, edits, intake, life, stops, sweep, turns, validation
from scheduling.series.odd_steps import OddSteps, odd_steps
from scheduling.series.plan import Plan
from scheduling.series.validation import SeriesProblem

Person = AbstractBaseUser | None
S = Series.State
LIFE = ("state", "reason", "approved_hash", "started_at", "swept_at")


@transaction.atomic
def save_series(series: Series, *, by: Person = None) -> Series:
    """Save a series. An edit of what was approved voids the approval.

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
    edits.follow(series, by=by)
    return series


def series_problems(series: Series, *, now: datetime | None = None) -> list[SeriesProblem]:
    """All errors of a saved series and of its steps."""
    return list(validation.problems(series, now or timezone.now()))


def ask_series_approval(series: Series, *, by: Person = None, now: datetime | None = None) -> Series:
    """Ask for a draft to be approved as it is now, with all its steps. Raises `SchedulingError` for its first error."""

    def ask(row: Series) -> None:
        _check_problems(row, now)
        options = {"description": approval.describe(row), "digest": approval.digest(row)}
        life.change(row, S.WAITING, by=by, now=now, **options)  # type: ignore[arg-type]

    return _locked(series, ask)


def approve_series(
    series: Series, *, by: Person = None, seen: str = "", why: str = "", now: datetime | None = None
) -> Series:
    """Approve exactly what waits; `seen` is the hash of the content that the approver saw.

    Raises `SchedulingError` if it was changed since, has errors, or is approved by a party that wrote it or asked.
    """

    def grant(row: Series) -> None:
        digest = approval.digest(row)
        words = _("The series was changed since you looked at it.")
        transitions.check_seen(seen, digest, words=words, code="series_changed")
        transitions.check_asked(row, digest)
        parties.check_approver(row, by, words=_("A series is approved by a second person."))
        _check_problems(row, now)
        row.approved_hash = digest
        life.change(row, S.APPROVED, by=by, why=why, description=approval.describe(row), digest=digest, now=now)

    return _locked(series, grant)


def send_back_series(series: Series, *, by: Person = None, why: str, now: datetime | None = None) -> Series:
    """Give a series that waits back to its writer, with a note. Raises `SchedulingError` without one."""
    why = transitions.note_of(why)
    return _locked(series, lambda row: life.change(row, S.DRAFT, by=by, why=why, now=now))


def start_series(series: Series, *, by: Person = None, now: datetime | None = None) -> Series:
    """Let an approved series run: members come in, and steps go out at their moments.

    Raises `SchedulingError` if it was changed since it was approved.
    """
    now = now or timezone.now()

    def begin(row: Series) -> None:
        _check_approved(row)
        row.started_at, row.swept_at = row.started_at or now, None
        life.change(row, S.RUNNING, by=by, now=now)

    _locked(series, begin)
    sweep.sweep(series.pk, now=now)
    series.refresh_from_db()
    return series


def pause_series(series: Series, *, by: Person = None, why: str = "", now: datetime | None = None) -> Series:
    """Pause a series with all its steps: messages without a call are taken back, and nobody comes in.

    Raises `SchedulingError` for a reason without words.
    """
    why = transitions.reason_given(why)
    _locked(series, lambda row: life.change(row, S.PAUSED, by=by, why=why, now=now))
    life.take_back(series)
    return series


def resume_series(series: Series, *, by: Person = None, now: datetime | None = None) -> Series:
    """Go on where it was paused. Steps in between are handled as the series says of missed ones.

    Raises `SchedulingError` if it was changed since it was approved.
    """

    def go_on(row: Series) -> None:
        _check_approved(row)
        row.swept_at = None
        life.change(row, S.RUNNING, by=by, now=now)

    _locked(series, go_on)
    sweep.sweep(series.pk, now=now or timezone.now())
    series.refresh_from_db()
    return series


def cancel_series(series: Series, *, by: Person = None, why: str = "", now: datetime | None = None) -> Series:
    """End a series for good, for all members who are in it. Raises `SchedulingError` for a reason without words."""
    why = transitions.reason_given(why)
    _locked(series, lambda row: life.change(row, S.CANCELLED, by=by, why=why, now=now))
    life.take_back(series)
    life.cancel_rest(series, now=now or timezone.now())
    return series


@transaction.atomic
def remove_series(series: Series) -> None:
    """Delete a series that never went out, with its steps. Raises `SchedulingError` for one that did."""
    row = edits.locked(series)
    if CampaignRun.objects.filter(campaign__series=row).exists():
        words = _("It has gone out, so its deliveries are kept.")
        raise SchedulingError(words, code="series_sent", remedy=_("Cancel it instead."))
    row.delete()


def series_changed_since_approval(series: Series) -> list[Difference]:
    """The differences from the last approval, for the approver; all of it if it never was approved."""
    approved = transitions.last_change(series, S.APPROVED)
    return list(differences(approved.description if approved else {}, approval.describe(series)))


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
        corrections.follow_dates(plan)
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
    for problem in validation.problems(series, now or timezone.now()):
        raise problem.error


def _check_approved(series: Series) -> None:
    if not series.approved_hash or series.approved_hash != approval.digest(series):
        words = _("It is not as it was approved.")
        raise SchedulingError(words, code="not_approved", remedy=_("Ask for approval again."))


@transaction.atomic
def _locked(series: Series, change: Callable[[Series], None]) -> Series:
    change(edits.locked(series))
    series.refresh_from_db()
    return series
