"""The states of a campaign and the steps between them; every step is a row with who, when and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.live_updates import publish_change
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignChange

S = Campaign.State
STEPS: Mapping[str, frozenset[str]] = {
    S.DRAFT: frozenset({S.WAITING, S.CANCELLED}),
    S.WAITING: frozenset({S.DRAFT, S.APPROVED, S.CANCELLED}),
    S.APPROVED: frozenset({S.DRAFT, S.SCHEDULED, S.CANCELLED}),
    S.SCHEDULED: frozenset({S.DRAFT, S.RUNNING, S.PAUSED, S.FINISHED, S.CANCELLED}),
    S.RUNNING: frozenset({S.SCHEDULED, S.PAUSED, S.FINISHED, S.CANCELLED}),
    S.PAUSED: frozenset({S.DRAFT, S.SCHEDULED, S.RUNNING, S.CANCELLED}),
    S.FINISHED: frozenset({S.RUNNING}),  # those for whom it failed are tried again
    S.CANCELLED: frozenset(),
}


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
) -> None:
    """Take a locked campaign to another state and record the step. Raises `SchedulingError` for one that cannot be."""
    check(campaign, after)
    before, now = campaign.state, now or timezone.now()
    campaign.state, campaign.reason, campaign.changed_at = after, reason, now
    campaign.save(update_fields=["state", "reason", "changed_at", "approved_hash", "watched_from", "next_at"])
    CampaignChange.objects.create(
        campaign=campaign,
        at=now,
        by_id=by.pk if by else None,
        before=before,
        after=after,
        why=why.strip()[:300],
        digest=digest,
        description=dict(description or {}),
    )
    publish_change("campaigns", "state")


def check(campaign: Campaign, after: Campaign.State) -> None:
    """Raise `SchedulingError` if a campaign cannot take this step."""
    if after not in STEPS[campaign.state]:
        words = _("A campaign that is “%(state)s” cannot become “%(after)s”.")
        values = {"state": campaign.get_state_display(), "after": Campaign.State(after).label}
        remedy = _("Look at the campaign again: its state has changed, perhaps just now.")
        raise SchedulingError(words % values, code="campaign_state", remedy=remedy)
