"""The states of a campaign and the steps between them; every step is a row with who, when and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from core.live_updates import publish_change
from scheduling.campaigns import beat_entries
from scheduling.campaigns.transitions import Life
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign

S = Campaign.State
LIFE = Life(
    steps={
        S.DRAFT: frozenset({S.WAITING, S.SCHEDULED, S.CANCELLED}),
        S.WAITING: frozenset({S.DRAFT, S.APPROVED, S.SCHEDULED, S.CANCELLED}),
        S.APPROVED: frozenset({S.DRAFT, S.SCHEDULED, S.CANCELLED}),
        S.SCHEDULED: frozenset({S.DRAFT, S.RUNNING, S.PAUSED, S.FINISHED, S.CANCELLED}),
        S.RUNNING: frozenset({S.SCHEDULED, S.PAUSED, S.FINISHED, S.CANCELLED}),
        S.PAUSED: frozenset({S.DRAFT, S.SCHEDULED, S.RUNNING, S.CANCELLED}),
        S.FINISHED: frozenset({S.RUNNING}),  # those for whom it failed are tried again
        S.CANCELLED: frozenset(),
    },
    columns=("watched_from", "next_at"),
    code="campaign_state",
    refusal=_("A campaign that is “%(state)s” cannot become “%(after)s”."),
    remedy=_("Look at the campaign again: its state has changed, perhaps just now."),
)


def startable(*, alone: bool) -> tuple[str, ...]:
    """The states from which a campaign is started: once it is approved, or `alone` before that too."""
    return (S.DRAFT, S.WAITING, S.APPROVED) if alone else (S.APPROVED,)


def check_alone(campaign: Campaign) -> None:
    """Raise `SchedulingError` for a campaign whose policy asks for a second person."""
    if campaign.needs_approval:
        fault, remedy = _("A second person approves it before it is started."), _("Ask for approval first.")
        raise SchedulingError(str(fault), code="needs_approval", field="policy", remedy=str(remedy))


def change(
    campaign: Campaign,
    after: Campaign.State,
    *,
    by: AbstractBaseUser | None = None,
    why: str = "",
    reason: str = "",
    description: Mapping[str, Any] | None = None,
    digest: str = "",
    now: datetime | None = None,
    wrote: bool = False,
) -> None:
    """Take a locked campaign to another state and record the step. Raises `SchedulingError` for one that cannot be."""
    record: dict[str, Any] = {"why": why, "reason": reason, "description": description, "digest": digest}
    was_on = campaign.state in Campaign.ON
    LIFE.take(campaign, after, by=by, now=now, wrote=wrote, **record)
    if was_on is not (after in Campaign.ON):
        beat_entries.sync(campaign)
    publish_change("campaigns", "state")
