"""The switch that stops everything that is not a reply, for a whole company."""

from datetime import datetime, time

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import services as conversations
from core.evidence.stated_reasons import stated_reason
from scheduling.campaigns.hours.quiet_hours import SendHours, window_of
from scheduling.campaigns.sending_policy import policy_of, policy_value
from scheduling.deliveries import pause_and_cancel
from scheduling.exceptions import SchedulingError
from scheduling.models import Batch, Campaign, SendingPolicy
from wecom.models import Application, Corporation

USUAL_QUIET_HOURS = time(21), time(8)


def undecided_policies() -> list[SendingPolicy]:
    """The policies of companies that are still to decide whether they want quiet hours."""
    return list(SendingPolicy.objects.undecided())


def decide_quiet_hours(
    policy: SendingPolicy, *, wanted: bool, by: AbstractBaseUser | None = None, now: datetime | None = None
) -> list[Campaign]:
    """Give a company the quiet hours of a new one, or note that it wants none. Returns as `save_sending_policy`.

    A company that has decided meanwhile keeps what it has.
    """
    with transaction.atomic():
        row = SendingPolicy.objects.select_for_update(of=("self",)).get(pk=policy.pk)
        if row.quiet_decided_at is not None or row.quiet_from is not None:
            return []
        if wanted:
            row.quiet_from, row.quiet_until = USUAL_QUIET_HOURS
        return save_sending_policy(row, by=by, now=now)


@transaction.atomic
def save_sending_policy(
    policy: SendingPolicy, *, by: AbstractBaseUser | None = None, now: datetime | None = None
) -> list[Campaign]:
    """Save quiet hours and caps, and who decided on them. Messages that wait for its hours are looked at again at once.

    Returns the campaigns that could never go out now, because their send windows lie within the quiet hours.
    """
    now = now or timezone.now()
    policy.quiet_decided_at, policy.quiet_decided_by_id = now, by.pk if by else None
    policy.save()
    ours = [
        campaign
        for campaign in Campaign.objects.exclude(state__in=Campaign.OVER).select_related("application")
        if (sender := campaign.sender) is not None and sender.corporation_id == policy.corporation_id
    ]
    Batch.objects.filter(run__campaign__in=ours).look_again(now)
    value = policy_value(policy)
    return [
        campaign
        for campaign in ours
        if SendHours(policy=value, window=window_of(campaign)).never_allow(now, campaign.zone)
    ]


def stop_sending(
    corporation: Corporation, *, by: AbstractBaseUser | None = None, why: str, now: datetime | None = None
) -> SendingPolicy:
    """Stop all campaigns of a company; messages without a call are taken back. Replies go on.

    Raises `SchedulingError` without a reason.
    """
    remedy = _("Say in words what has happened.")
    why = stated_reason(why, SchedulingError(_("The reason is missing."), code="empty", field="why", remedy=remedy))
    now = now or timezone.now()
    values = {
        "stopped_at": now,
        "stopped_by_id": by.pk if by else None,
        "stopped_why": why[:300],
    }
    with transaction.atomic():
        policy, _created = SendingPolicy.objects.update_or_create(corporation=corporation, defaults=values)
    for campaign in Campaign.objects.filter(state=Campaign.State.RUNNING):
        if campaign.sender is not None and campaign.sender.corporation_id == corporation.pk:
            pause_and_cancel.take_back(campaign)
    pause_and_cancel.hold_rest(corporation)
    return policy


def is_sending_stopped(application: Application) -> bool:
    """Whether everything is stopped that is not a reply in an application's company."""
    return policy_of(application).is_stopped


@transaction.atomic
def allow_sending(corporation: Corporation, *, now: datetime | None = None) -> SendingPolicy:
    """Let everything go on where it was stopped; plain messages that a stop held for longer than their grace expire."""
    now = now or timezone.now()
    stopped = SendingPolicy.objects.select_for_update(of=("self",)).filter(corporation=corporation).first()
    values = {"stopped_at": None, "stopped_by": None, "stopped_why": ""}
    policy, _created = SendingPolicy.objects.update_or_create(corporation=corporation, defaults=values)
    pause_and_cancel.go_on_everywhere(corporation, stopped_at=stopped.stopped_at if stopped else None, now=now)
    conversations.let_held_go(corporation, now=now)
    return policy
