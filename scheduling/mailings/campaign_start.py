"""Campaigns: written and started. `approval_and_pause` has the rest of their life."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.evidence.stated_reasons import plain_reason, stated_reason
from core.parties.acting_client import client_name
from scheduling.audience.audience_rule import parse_audience
from scheduling.campaigns import approved_content, campaign_states, campaign_validation, moments
from scheduling.deliveries import pause_and_cancel, run_start, start_forecast, videos_ahead
from scheduling.exceptions import SchedulingError
from scheduling.mailings.approval_and_pause import (
    ask_approval,
    cancel_mailing,
    check_approved,
    check_going,
    check_no_step,
    note_edit,
    take,
)
from scheduling.models import Campaign, CampaignContent, CampaignRun
from scheduling.series import edits

Person = AbstractBaseUser | None
S = Campaign.State


@transaction.atomic
def save_campaign(
    campaign: Campaign, contents: Iterable[CampaignContent] | None = None, *, by: Person = None
) -> Campaign:
    """Save a campaign, with other contents where they are given. An edit of approved content voids the approval.

    Raises `SchedulingError` for one that runs or has ended. Errors of its words do not keep a draft from being saved:
    `campaign_problems` has them, and nothing with errors is approved.
    """
    series = edits.locked(campaign.series_id) if campaign.series_id is not None else None
    if campaign.pk:
        before = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
        if not before.is_editable:
            remedy = _("Pause it first. A campaign that has ended can be copied.")
            raise SchedulingError(_("It cannot be changed now."), code="campaign_state", remedy=remedy)
        for name in ("state", "reason", "approved_hash", "watched_from", "next_at"):
            setattr(campaign, name, getattr(before, name))
    else:
        campaign.client = client_name()
    if series is not None:
        edits.keep_with_series(campaign, series)
    campaign.name, campaign.cron = campaign.name.strip(), " ".join(campaign.cron.split())
    campaign.urgent_reason = plain_reason(campaign.urgent_reason)
    campaign.created_by_id = campaign.created_by_id or (by.pk if by else None)
    campaign.changed_at = timezone.now()
    with suppress(SchedulingError):  # which is one of its problems
        campaign.audience = parse_audience(campaign.audience).as_json()
    campaign.save()
    if contents is not None:
        _replace(campaign, list(contents))
    if series is not None:  # whose approval it has
        note_edit(series, by=by)
        campaign.refresh_from_db(fields=["state", "approved_hash"])
        return campaign
    note_edit(campaign, by=by)
    videos_ahead.forget(campaign)
    return campaign


def campaign_problems(campaign: Campaign, *, now: datetime | None = None) -> list[SchedulingError]:
    """All errors of a saved campaign."""
    return list(campaign_validation.problems(campaign, now or timezone.now()))


def start_campaign(
    campaign: Campaign,
    *,
    alone: bool = False,
    paused: bool = False,
    at: datetime | None = None,
    since: datetime | None = None,
    by: Person = None,
    now: datetime | None = None,
) -> Campaign:
    """Schedule an approved campaign: from now on it goes out at its moments, or if it names none at `at`, or at once.

    With `alone` one is started as it is now whose policy needs no second person; callers check the right to do so. With
    `paused` it waits to be resumed. Moments since `since` are its own too. Raises `SchedulingError` if it was changed
    since it was approved, or its moment lies more than the grace back, and for a moment `at` that has passed, or of a
    campaign that names its own.
    """
    now = now or timezone.now()
    if campaign.replaces_id is not None:
        _end_others(campaign, by=by, now=now)

    def begin(row: Campaign) -> None:
        content = _settle_alone(row, now) if alone else {}
        check_startable(row, alone=alone)
        if at is not None:
            moments.check_later(row, at, now)
        moments.watch(row, since or now, at=at)
        campaign_states.change(row, S.SCHEDULED, by=by, now=now, **content)
        if paused:
            campaign_states.change(row, S.PAUSED, by=by, now=now)
            return
        if row.runs.filter(ended_at=None).exists():  # it was changed in a pause, and approved again
            campaign_states.change(row, S.RUNNING, by=by, now=now)
            pause_and_cancel.go_on(row, now=now)

    take(campaign, begin)
    run_start.begin(campaign.pk, now=now)
    campaign.refresh_from_db()
    return campaign


def _end_others(campaign: Campaign, *, by: Person, now: datetime) -> None:
    """Cancel campaigns that went on in the place of the schedule that a campaign was made from, so that no member gets
    both.
    """
    for other in Campaign.objects.filter(replaces=campaign.replaces_id).exclude(pk=campaign.pk):
        if other.state in (*Campaign.ON, S.PAUSED):
            cancel_mailing(other, by=by, why=_("“%s” has taken its place.") % campaign, now=now)


def check_startable(campaign: Campaign, *, alone: bool) -> None:
    """Raise `SchedulingError` for a campaign that is not in a state to be started, or not as it was approved."""
    check_approved(campaign)
    if campaign.state not in campaign_states.startable(alone=alone):
        campaign_states.LIFE.refuse(campaign, S.SCHEDULED)


def _settle_alone(campaign: Campaign, now: datetime) -> dict[str, Any]:
    """Bind a locked campaign to its present content, as an approval does, and return that for the history of its start.

    Raises `SchedulingError` for its first error, and if its policy asks for a second person.
    """
    campaign_states.check_alone(campaign)
    for problem in campaign_validation.problems(campaign, now):
        raise problem
    description = approved_content.describe(campaign)
    campaign.approved_hash = approved_content.digest(description)
    return {"description": description, "digest": campaign.approved_hash}


def run_campaign_now(campaign: Campaign, *, by: Person = None, now: datetime | None = None) -> CampaignRun:
    """Send a repeated campaign now, besides its moments; twice in a second sends once.

    Raises `SchedulingError` for one that is not started, is paused, goes out once, or was changed since its start.
    """
    now = now or timezone.now()
    moment = now.replace(microsecond=0)

    def run(row: Campaign) -> None:
        if row.state not in Campaign.ON:
            fault, remedy = _("Only a campaign that goes on can be sent by hand."), _("Start or resume it first.")
            raise SchedulingError(fault, code="campaign_state", remedy=remedy)
        if row.repeats != Campaign.Repeats.CRON:
            fault, remedy = _("It goes out once, at its own moment."), _("Copy it, and start the copy.")
            raise SchedulingError(fault, code="not_repeated", remedy=remedy)
        check_going(row)
        run_start.open_run(row, moment, now=now, by_hand=True, by=by)

    take(campaign, run)
    return campaign.runs.get(moment=moment)


def start_unblocked(
    campaign: Campaign,
    *,
    alone: bool = False,
    anyway: bool = False,
    at: datetime | None = None,
    by: Person = None,
    now: datetime | None = None,
) -> Campaign:
    """Start a campaign without blockers on its start page; `anyway` overrides those that are not final.

    Raises `SchedulingError` for the first blocker, and as `start_campaign`.
    """
    now = now or timezone.now()
    check_no_step(campaign)
    for blocker in start_forecast.forecast_start(campaign, now=now, at=at, alone=alone).against(anyway=anyway):
        error = blocker.error
        remedy = error.remedy if blocker.final else _("Set `anyway` to send it all the same.")
        raise SchedulingError(error.message, code=error.code, field=error.field, remedy=remedy)
    return start_campaign(campaign, alone=alone, at=at, by=by, now=now)


def make_urgent(campaign: Campaign, reason: str, *, by: Person = None, now: datetime | None = None) -> Campaign:
    """Let a campaign go out in quiet hours too, for a reason; approval is asked for once more, with the reason in it.

    Raises `SchedulingError` without a reason, and for one that cannot be changed now.
    """
    fault, remedy = _("The reason is missing."), _("Say in words why it cannot wait: who approves it reads that.")
    reason = stated_reason(reason, SchedulingError(fault, code="empty", field="urgent_reason", remedy=remedy))
    check_no_step(campaign)
    with transaction.atomic():
        campaign.urgent_reason = reason[: Campaign._meta.get_field("urgent_reason").max_length]
        save_campaign(campaign, by=by)
        return ask_approval(campaign, by=by, now=now) if campaign.state == S.DRAFT else campaign


def _replace(campaign: Campaign, contents: list[CampaignContent]) -> None:
    keep = [content.pk for content in contents if content.pk]
    campaign.contents.exclude(pk__in=keep).delete()
    for content in contents:
        content.campaign = campaign
        content.save()
    # What the caller has read along is not what it says any more.
    getattr(campaign, "_prefetched_objects_cache", {}).pop("contents", None)
