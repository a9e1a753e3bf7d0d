"""What was sent once more: to those for whom it failed, or taken back from those who got it."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import services as conversations
from scheduling.campaigns import state
from scheduling.deliveries import progress
from scheduling.exceptions import SchedulingError
from scheduling.models import FAR, Batch, Campaign, CampaignRun, Delivery
from wecom.exceptions import ContentError
from wecom.models import Outbound

S = Campaign.State
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
    """Send a run again to the members for whom it certainly failed; returns how many they are.

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
        words, remedy = _("There is nothing to retry."), _("Unclear deliveries are decided one by one.")
        raise SchedulingError(words, code="nothing_failed", remedy=remedy)
    CampaignRun.objects.filter(pk=run.pk).update(ended_at=None, failed=run.failed - count)
    if campaign.state != S.RUNNING:
        words = _("%(count)d failed messages are sent again.") % {"count": count}
        state.change(campaign, S.RUNNING, by=by, why=words, now=now)
    progress.release_next(run, now=now)
    return count


def recall_run(run: CampaignRun, *, by: AbstractBaseUser | None = None) -> Recalled:
    """Take a run back from all who got it; what became of it shows each member's row, once the platform answered.

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


def _check(campaign: Campaign, run: CampaignRun, now: datetime) -> None:
    if run.ended_at is None or campaign.state not in (S.FINISHED, S.SCHEDULED, S.RUNNING):
        words, remedy = _("It cannot be retried now."), _("Wait until the run has ended, or resume the campaign.")
        raise SchedulingError(words, code="campaign_state", field="state", remedy=remedy)
    if run.digest != campaign.approved_hash:
        words = _("The campaign was changed since this run.")
        raise SchedulingError(words, code="not_approved", remedy=_("Start it again instead."))
    last = run.batches.aggregate(last=Max("moment"))["last"] or run.moment  # in the last time zone
    if run.expires_at is not None and run.expires_at + (last - run.moment) <= now:
        words, remedy = _("The message has expired."), _("Start the campaign again instead.")
        raise SchedulingError(words, code="expired", remedy=remedy)
