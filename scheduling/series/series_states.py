"""The states of a series and the steps between them. Its steps, which are campaigns, take each state with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from core.live_updates import publish_change
from scheduling.campaigns import approved_content, campaign_states
from scheduling.campaigns.transitions import Life
from scheduling.deliveries import pause_and_cancel
from scheduling.models import Campaign, Enrolment, Series
from scheduling.signals import campaign_stopped

S, C = Series.State, Campaign.State
LIFE = Life(
    steps={
        S.DRAFT: frozenset({S.WAITING, S.CANCELLED}),
        S.WAITING: frozenset({S.DRAFT, S.APPROVED, S.CANCELLED}),
        S.APPROVED: frozenset({S.DRAFT, S.RUNNING, S.CANCELLED}),
        S.RUNNING: frozenset({S.PAUSED, S.FINISHED, S.CANCELLED}),
        S.PAUSED: frozenset({S.DRAFT, S.RUNNING, S.CANCELLED}),
        S.FINISHED: frozenset(),
        S.CANCELLED: frozenset(),
    },
    columns=("started_at", "swept_at"),
    code="series_state",
    refusal=_("A series that is “%(state)s” cannot become “%(after)s”."),
    remedy=_("Look at the series again: its state has changed, perhaps just now."),
)


def change(
    series: Series,
    after: Series.State,
    *,
    by: AbstractBaseUser | None = None,
    why: str = "",
    reason: str = "",
    description: Mapping[str, Any] | None = None,
    digest: str = "",
    now: datetime | None = None,
    wrote: bool = False,
) -> None:
    """Take a locked series and its steps to another state, and record it.

    Raises `SchedulingError` for a state that it cannot have next.
    """
    record: dict[str, Any] = {"why": why, "reason": reason, "description": description, "digest": digest}
    now = LIFE.take(series, after, by=by, now=now, wrote=wrote, **record)
    for step in Campaign.objects.select_for_update(of=("self",)).filter(series=series).order_by("pk"):
        _take_along(step, after, by=by, why=why, reason=reason, now=now)
    publish_change("campaigns", "state")


def _take_along(
    step: Campaign, after: Series.State, *, by: AbstractBaseUser | None, why: str, reason: str, now: datetime
) -> None:
    """Take a step to the state that its series has; the run of a paused step goes on with the series."""
    description: Mapping[str, Any] | None = None
    digest = ""
    if after in (S.WAITING, S.APPROVED):
        description = approved_content.describe(step)
        digest = approved_content.digest(description)
    if after == S.APPROVED:
        step.approved_hash = digest
    elif after == S.DRAFT:
        step.approved_hash = ""
    target = C.SCHEDULED if after == S.RUNNING else C(after)
    if step.state == target or (target == C.FINISHED and step.state == C.RUNNING):
        return
    options: dict[str, Any] = {"by": by, "why": why, "reason": reason, "now": now}
    campaign_states.change(step, target, description=description, digest=digest, **options)
    if after == S.RUNNING and step.runs.filter(ended_at=None).exists():
        campaign_states.change(step, C.RUNNING, by=by, now=now)
        pause_and_cancel.go_on(step, now=now)
    if after in (S.PAUSED, S.CANCELLED) and step.runs.filter(ended_at=None).exists():
        campaign_stopped.send(Campaign, campaign=step, reason=reason or str(after), why=why)


def take_back(series: Series) -> None:
    """Take back the messages of its steps without a call; after the transaction that paused it."""
    for step in series.steps.order_by("pk"):
        pause_and_cancel.take_back(step)


def cancel_rest(series: Series, *, now: datetime) -> None:
    """End all that has not gone out, and the series for each member who is in it."""
    for step in series.steps.order_by("pk"):
        pause_and_cancel.cancel_rest(step, now=now)
    Enrolment.objects.filter(series=series).stop(Enrolment.Reason.CANCELLED, now=now)
