"""Plain messages: each becomes a campaign without approval, which is started, or stays a draft."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from scheduling.campaigns import moments, plain_message, plain_message_checks
from scheduling.campaigns.plain_message import PlainMessage
from scheduling.exceptions import SchedulingError
from scheduling.mailings.approval_and_pause import pause_mailing, remove_mailing, resume_mailing, take
from scheduling.mailings.campaign_start import save_campaign, start_campaign
from scheduling.models import Campaign, Schedule

Person = AbstractBaseUser | None
S = Campaign.State
RECIPIENTS = frozenset({"user_ids", "department_numbers", "tag_numbers"})
WORDS = frozenset({"message_type", "text", "digital_human", "mode", "template", "presentation", "values"})
TIMES = ("cron", "time_zone", "days", "unknown_days", "only_on")


def send_plain_message(
    message: PlainMessage,
    *,
    key: str = "",
    has_id: bool = False,
    draft: bool = False,
    by: Person = None,
    now: datetime | None = None,
) -> Campaign:
    """Make its campaign, and start it unless it is to stay a draft; callers check the right to start without approval.

    `key` is the call that asks for it; with `has_id` it has an ID among the schedules that programs know. Raises
    `SchedulingError` with the field of the message and the remedy.
    """
    message = plain_message.tidied(message)
    plain_message_checks.check(message)
    campaign = plain_message.new_campaign()
    campaign.key, rows = key, plain_message.write(message, campaign)
    try:
        with transaction.atomic():
            campaign.replaces = Schedule.objects.create(**Schedule.EMPTY) if has_id else None
            save_campaign(campaign, rows, by=by)
            return campaign if draft else start_campaign(campaign, alone=True, by=by, now=now)
    except SchedulingError as error:
        raise plain_message_checks.named(error) from error


@transaction.atomic
def forget_schedule(campaign: Campaign) -> None:
    """Take away the ID that programs know of a plain message, and its campaign too if that never went out."""
    schedule = campaign.replaces
    if not campaign.runs.exists():
        remove_mailing(campaign)
    if schedule is not None:
        schedule.delete()


@transaction.atomic
def change_plain_message(
    campaign: Campaign, changes: Mapping[str, Any], *, by: Person = None, now: datetime | None = None
) -> Campaign:
    """Change some fields of a plain message; a campaign that goes on, or is paused, does so as it is then.

    Recipients and words that are not changed stay as the admin may have edited them. A moment that has just come is not
    lost unless its times are others. Raises `SchedulingError` as `send_plain_message`.
    """
    before = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    known = plain_message.read(before)
    message = plain_message.tidied(replace(known, **changes))
    others, reworded = bool(RECIPIENTS & changes.keys()), bool(WORDS & changes.keys())
    plain_message_checks.check(message, recipients=others, words=reworded)
    same_times = all(getattr(message, name) == getattr(known, name) for name in TIMES)
    since = before.watched_from if same_times and before.state in Campaign.ON else None
    audience, content_type, was = before.audience, before.content_type, before.state
    rows = plain_message.write(message, campaign)
    if not others:
        campaign.audience = audience
    if not reworded:
        campaign.content_type = content_type
    try:
        if was == S.RUNNING:
            pause_mailing(campaign, by=by, now=now)
        save_campaign(campaign, rows if reworded else None, by=by)
        if campaign.state == S.DRAFT and was in (*Campaign.ON, S.PAUSED):
            return start_campaign(campaign, alone=True, paused=was == S.PAUSED, since=since, by=by, now=now)
        return resume_mailing(campaign, by=by, now=now) if was == S.RUNNING else campaign
    except SchedulingError as error:
        raise plain_message_checks.named(error) from error


@transaction.atomic
def resume_plain_message(campaign: Campaign, *, by: Person = None, now: datetime | None = None) -> Campaign:
    """Go on from now: moments in the pause are skipped, without a run. Raises `SchedulingError` as `resume_mailing`."""
    now = now or timezone.now()

    def skip(row: Campaign) -> None:
        if row.state == S.PAUSED and row.rule is not None:
            moments.watch(row, now)
            row.save(update_fields=["watched_from", "next_at"])

    take(campaign, skip)
    return resume_mailing(campaign, by=by, now=now)
