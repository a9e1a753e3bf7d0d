"""A run sent once more: to members for whom it failed, to those who have not confirmed, or taken back from all."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from conversations import services as conversations
from scheduling.audience.audience_rule import MOST_MEMBERS
from scheduling.audience.uploaded_lists import AT_ONCE, KEPT
from scheduling.campaigns import campaign_states
from scheduling.deliveries import run_progress
from scheduling.exceptions import SchedulingError
from scheduling.mailings.campaign_start import save_campaign
from scheduling.models import (
    FAR,
    AudienceSheet,
    AudienceSheetMember,
    Batch,
    Campaign,
    CampaignContent,
    CampaignRun,
    Delivery,
)
from scheduling.responses.card_presses import not_confirmed
from wecom.exceptions import ContentError
from wecom.models import Member, Outbound, Recall

S = Campaign.State
NAME = 80  # characters of a campaign's name
TITLE = 52  # of a card's title, as WeChat Work counts: two for a Chinese character
LATIN = 0x2E7F
SAFE = (
    Delivery.Reason.UNREACHED,
    Delivery.Reason.UNLICENSED,
    Delivery.Reason.REFUSED,
    Delivery.Reason.MEDIA,
)
"""Reasons of which it is certain that nothing arrived."""


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """How many calls are being recalled, and of how many it is too late."""

    asked: int
    too_late: int


@transaction.atomic
def retry_failed(run: CampaignRun, *, by: AbstractBaseUser | None = None, now: datetime | None = None) -> int:
    """Send a run again to the members whose delivery certainly failed; returns how many they are.

    Raises `SchedulingError` if there are none, if the run has not ended, or if its campaign cannot send it any more.
    """
    now = now or timezone.now()
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=run.campaign_id)
    run = CampaignRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    _check(campaign, run, now)
    failed = Delivery.objects.filter(run=run, status=Delivery.Status.FAILED, reason__in=SAFE)
    count = 0
    for old in list(Batch.objects.filter(run=run, number__in=failed.values("batch")).order_by("number")):
        rows = failed.filter(batch=old.number)
        size = rows.count()
        fresh = Batch.objects.create_beside(old, size=size, due_at=FAR, retry=old.retry + 1)
        rows.update(status=Delivery.Status.PLANNED, reason="", outbound=None, batch=fresh.number)
        Batch.objects.filter(pk=old.pk).update(size=old.size - size)
        count += size
    if not count:
        fault, remedy = _("There is nothing to retry."), _("Unclear deliveries are decided one by one.")
        raise SchedulingError(fault, code="nothing_failed", remedy=remedy)
    CampaignRun.objects.filter(pk=run.pk).update(ended_at=None, failed=run.failed - count)
    if campaign.state != S.RUNNING:
        fault = _("%(count)d failed messages are sent again.") % {"count": count}
        campaign_states.change(campaign, S.RUNNING, by=by, why=fault, now=now)
    run_progress.release_next(run, now=now)
    return count


def recall_run(run: CampaignRun, *, by: AbstractBaseUser | None = None) -> Recalled:
    """Take a run back from all who got it; each member's row shows the outcome, once the platform answered.

    Raises `SchedulingError` if nothing was sent.
    """
    keys = {
        *run.batches.exclude(outbound=None).values_list("outbound", flat=True),
        *run.deliveries.exclude(outbound=None).order_by().values_list("outbound", flat=True).distinct(),
    }
    if not keys:
        remedy = _("Only what WeChat Work has accepted can be recalled.")
        raise SchedulingError(_("There is nothing to recall."), code="not_sent", remedy=remedy)
    asked = 0
    for pk in sorted(keys):
        outbound = Outbound.objects.select_related("application").get(pk=pk)
        try:
            with transaction.atomic():
                conversations.recall_outbound(outbound, cid=run.cid)
        except ContentError:
            continue
        asked += 1
    return Recalled(asked=asked, too_late=len(keys) - asked)


@transaction.atomic
def remind_not_confirmed(run: CampaignRun, *, by: AbstractBaseUser | None = None) -> Campaign:
    """A draft with the words of a run, for exactly those who got it and have pressed nothing on its card.

    Raises `SchedulingError` if there are none.
    """
    members = not_confirmed(run)
    if not members.exists():
        fault, remedy = _("Everybody who got it has confirmed."), _("There is nobody to remind.")
        raise SchedulingError(fault, code="all_confirmed", remedy=remedy)
    campaign = Campaign.objects.select_related("application").get(pk=run.campaign_id)
    contents = list(campaign.contents.all())
    for row in (campaign, *contents):
        row.pk, row._state.adding = None, True
    for content in contents:
        _mark(content)
    name = _("Reminder: %(name)s") % {"name": campaign.name}
    fresh = {"name": name[:NAME], "state": S.DRAFT, "created_by": None, "repeats": Campaign.Repeats.ONCE}
    fresh |= dict.fromkeys(("reason", "approved_hash", "cron", "urgent_reason"), "")
    fresh |= dict.fromkeys(
        ("series", "day", "at", "starts_at", "ends_on", "watched_from", "next_at", "next_working_day_at")
    )
    for field, value in (fresh | Campaign.OF_ITS_OWN).items():
        setattr(campaign, field, value)
    campaign.audience = _exactly(members, name=name[:NAME], by=by)
    return save_campaign(campaign, contents, by=by)


def _mark(content: CampaignContent) -> None:
    """Say on the card that it is a reminder, if its title has room for that."""
    title = str(content.card.get("title") or "")
    with translation.override(content.language):
        marked = _("Reminder: %(name)s") % {"name": title}
    if title and sum(2 if ord(character) > LATIN else 1 for character in marked) <= TITLE:
        content.card = {**content.card, "title": marked}


def _exactly(members: QuerySet[Member], *, name: str, by: AbstractBaseUser | None) -> dict[str, Any]:
    """An audience of these members: by name, or as a list if they are many."""
    keys = list(members.values_list("user_id", flat=True)[: MOST_MEMBERS + 1])
    if len(keys) <= MOST_MEMBERS:
        return {"members": keys}
    corporation = members.values_list("corporation", flat=True)[0]
    sheet = AudienceSheet(corporation_id=corporation, name=name, kept=True, expires_at=timezone.now() + KEPT)
    sheet.created_by_id = by.pk if by else None
    sheet.save()
    lines = (
        AudienceSheetMember(sheet=sheet, line=line, user_id=user_id)
        for line, user_id in enumerate(members.values_list("user_id", flat=True).iterator(), start=1)
    )
    while batch := list(islice(lines, AT_ONCE)):
        AudienceSheetMember.objects.bulk_create(batch)
    return {"sheet": sheet.pk}


def is_recalling(run: CampaignRun) -> bool:
    """Whether the platform has not answered all recalls of a run yet."""
    open_ones = Recall.objects.filter(status__in=Recall.UNFINISHED)
    carried = Q(outbound__in=run.batches.values("outbound"))
    return open_ones.filter(carried | Q(outbound__in=run.deliveries.order_by().values("outbound"))).exists()


def _check(campaign: Campaign, run: CampaignRun, now: datetime) -> None:
    if run.ended_at is None or campaign.state not in (S.FINISHED, S.SCHEDULED, S.RUNNING):
        fault, remedy = _("It cannot be retried now."), _("Wait until the run has ended, or resume the campaign.")
        raise SchedulingError(fault, code="campaign_state", field="state", remedy=remedy)
    if run.digest != campaign.approved_hash:
        fault = _("The campaign was changed since this run.")
        raise SchedulingError(fault, code="not_approved", remedy=_("Start it again instead."))
    last = run.batches.aggregate(last=Max("moment"))["last"] or run.moment  # in the last time zone
    if run.expires_at is not None and run.expires_at + (last - run.moment) <= now:
        fault, remedy = _("The message has expired."), _("Start the campaign again instead.")
        raise SchedulingError(fault, code="expired", remedy=remedy)
