"""The switch that stops everything that is not a reply, for a whole company."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.deliveries import interruption
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, SendingPolicy
from wecom.models import Corporation


def stop_sending(
    corporation: Corporation, *, by: AbstractBaseUser | None = None, why: str, now: datetime | None = None
) -> SendingPolicy:
    """Stop all campaigns and schedules of a company; what was not called yet is taken back. Replies go on.

    Raises `SchedulingError` without a reason.
    """
    if not why.strip():
        raise SchedulingError(
            _("The reason is missing."), code="empty", field="why", remedy=_("Say what has happened.")
        )
    values = {
        "stopped_at": now or timezone.now(),
        "stopped_by_id": by.pk if by else None,
        "stopped_why": why.strip()[:300],
    }
    policy, _created = SendingPolicy.objects.update_or_create(corporation=corporation, defaults=values)
    for campaign in Campaign.objects.filter(state=Campaign.State.RUNNING):
        if campaign.sender is not None and campaign.sender.corporation_id == corporation.pk:
            interruption.take_back(campaign)
    return policy


@transaction.atomic
def allow_sending(corporation: Corporation) -> SendingPolicy:
    """Let everything go on where it was stopped."""
    values = {"stopped_at": None, "stopped_by": None, "stopped_why": ""}
    policy, _created = SendingPolicy.objects.update_or_create(corporation=corporation, defaults=values)
    interruption.go_on_everywhere(corporation)
    return policy
