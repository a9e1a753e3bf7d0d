"""A moment of a campaign becomes a run, once, and its audience rows."""

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.work.base import Work
from scheduling.audience import reach
from scheduling.audience.audience_rule import parse_audience
from scheduling.campaigns import approved_content, campaign_states, campaign_validation, moments, sending_policy
from scheduling.campaigns.content import CampaignWords
from scheduling.campaigns.member_zones import Clock, clocks_of, last_due, places_before, with_clocks
from scheduling.deliveries import audience_freeze, left_out_reasons, run_progress
from scheduling.exceptions import SchedulingError
from scheduling.models import FAR, Campaign, CampaignRun, Delivery
from scheduling.responses import clicks
from scheduling.signals import campaign_started
from wecom.models import Application, Member

logger = logging.getLogger(__name__)


@transaction.atomic
def begin(pk: int, *, now: datetime) -> CampaignRun | None:
    """Make the run of a campaign's moment that is due, and wake its worker; None if nothing is due.

    Safe for any number of concurrent calls: the campaign is locked, and a moment has one run. Missed moments that are
    caught up on begin one by one, each after the audience of the one before is frozen, so that caps count in order.
    """
    campaign = Campaign.objects.select_for_update(of=("self",)).filter(pk=pk, state__in=Campaign.ON).first()
    if campaign is None or campaign.next_at is None or campaign.next_at > now:
        return None
    if campaign.missed == Campaign.Missed.CATCH_UP and campaign.runs.filter(status__in=Work.UNFINISHED).exists():
        return None
    moment = moments.due_moment(campaign, now)
    held, others = moments.held_moment(campaign, moment, now), moments.others_before(campaign, moment)
    if held is not None:
        _record(campaign, held, CampaignRun.Reason.DAYS_UNKNOWN, now=now)
    campaign.watched_from = moments.handled_until(campaign, moment, now)
    campaign.next_at = moments.next_start(campaign, campaign.watched_from)
    campaign.save(update_fields=["watched_from", "next_at"])
    return None if moment is None else open_run(campaign, moment, now=now, others_missed=others)


def _record(campaign: Campaign, moment: datetime, reason: CampaignRun.Reason, *, now: datetime) -> None:
    """Record that nothing is sent at a moment, which ends nothing else."""
    ended = {"status": CampaignRun.Status.CANCELLED, "reason": reason, "finished_at": now, "ended_at": now}
    values = {**ended, "content": approved_content.describe(campaign), "digest": campaign.approved_hash, "due_at": now}
    CampaignRun.objects.get_or_create(campaign=campaign, moment=moment, defaults=values)


def open_run(
    campaign: Campaign,
    moment: datetime,
    *,
    now: datetime,
    valid_from: datetime | None = None,
    by_hand: bool = False,
    others_missed: int = 0,
    by: AbstractBaseUser | None = None,
) -> CampaignRun | None:
    """Make the run of a locked campaign's moment, and wake its worker; None if the moment has one already.

    It is valid from its moment on, or from an earlier one. `by` is who started it by hand.
    """
    description = approved_content.describe(campaign)
    digest = approved_content.digest(description)
    if not campaign.needs_approval and campaign.approved_hash != digest:
        campaign.approved_hash = digest  # what it uses was changed, such as a template: nobody else needs to see that
        campaign.save(update_fields=["approved_hash"])
    due_at = min(now, timezone.now())  # workers have their own clock, whatever time it is taken to be
    values = {"content": description, "digest": digest, "cid": secrets.token_hex(8), "due_at": due_at}
    values |= {"by_hand": by_hand, "others_missed": others_missed}
    values["expires_at"] = (valid_from or moment) + campaign.valid_for if campaign.valid_for else None
    run, created = CampaignRun.objects.get_or_create(campaign=campaign, moment=moment, defaults=values)
    if not created:
        return None
    why = _why_not(campaign, run, now)
    if why:
        CampaignRun.objects.filter(pk=run.pk).update(
            status=CampaignRun.Status.CANCELLED, reason=why, finished_at=now, ended_at=now
        )
        after = Campaign.State.SCHEDULED if campaign.may_go_on else Campaign.State.FINISHED
        # An earlier run that is still on its way goes on, and so its campaign runs.
        if after != campaign.state and not campaign.runs.filter(ended_at=None).exists():
            campaign_states.change(campaign, after, reason=why, now=now)
        run.refresh_from_db()
        return run
    if campaign.state != Campaign.State.RUNNING:
        campaign_states.change(campaign, Campaign.State.RUNNING, by=by, now=now)
    campaign_started.send(CampaignRun, run=run)
    run.wake()
    return run


def make_members(run: CampaignRun) -> None:
    """Make rows for members that its audience names one by one, as a first contact does, if it needs no approval.

    Others were approved for the members who had a row then.
    """
    application = run.campaign.sender
    if application is not None and not run.campaign.needs_approval:
        reach.make_members(parse_audience(run.content["audience"]), application=application)


def start(run: CampaignRun, *, now: datetime) -> None:
    """Freeze the audience of a claimed run and let its first batches go, in one transaction."""
    campaign = run.campaign
    application = campaign.sender
    if application is None and _is_missed(campaign, run, now):
        _end_missed(run, now=now)
        return
    if application is None or campaign.state != Campaign.State.RUNNING:
        run.postpone(now + timedelta(minutes=1), "", count_attempt=False)
        return
    try:
        planned, left_out = _freeze_and_release(run, now=now)
    except SchedulingError as error:
        _stop(run, error, now=now)
        return
    logger.info("A campaign began.", extra={"cid": run.cid, "run": run.pk, "planned": planned, "left_out": left_out})


def _freeze_and_release(run: CampaignRun, *, now: datetime) -> tuple[int, int]:
    """How many get it, and how many are left out."""
    words = CampaignWords.of(run.campaign_id, run.content)
    with transaction.atomic():
        clicks.make_links(run, words)
        planned = freeze(run, words, now=now)
        campaign_validation.check_size(run.campaign, planned)
        left_out = Delivery.objects.filter(run=run, status=Delivery.Status.SKIPPED).count()
        reason = "" if planned else CampaignRun.Reason.NOBODY
        run.settle(CampaignRun.Status.DONE, reason, planned=planned, left_out=left_out)
        if planned:
            run_progress.release_next(run, now=now)
        else:
            run_progress.end_run(run, now=now)
    return planned, left_out


@transaction.atomic
def _end_missed(run: CampaignRun, *, now: datetime) -> None:
    """End a run that nothing could send in time, so that one that waits for an application is not sent days later."""
    Campaign.objects.select_for_update(of=("self",)).get(pk=run.campaign_id)  # before its run, as everywhere
    run.settle(CampaignRun.Status.CANCELLED, CampaignRun.Reason.MISSED)
    run_progress.end_run(run, now=now)


@transaction.atomic
def _stop(run: CampaignRun, error: SchedulingError, *, now: datetime) -> None:
    """Pause a campaign whose audience names a row that was deleted since; nothing was sent. Resumed, the run begins."""
    run_progress.stop(run, CampaignRun.Reason.BROKEN, why=str(error), now=now)
    run.postpone(FAR, CampaignRun.Reason.BROKEN, count_attempt=False)
    logger.warning("A campaign cannot begin.", extra={"cid": run.cid, "run": run.pk, "code": error.code})


def freeze(run: CampaignRun, words: CampaignWords, *, now: datetime) -> int:
    """Write the deliveries and batches of a run; returns how many members get it. To be called in a transaction.

    Of a campaign in each member's own time, members are left out if their moment is too long ago.
    """
    campaign, application = run.campaign, run.campaign.sender
    assert application is not None
    candidates = reach.with_reasons(_members(run, application), application=application)
    policy = sending_policy.policy_of(application)
    clocks = clocks_of(campaign, run.moment) if campaign.in_member_zone and not run.by_hand else []
    if clocks:
        candidates = with_clocks(candidates, campaign, clocks)
    late = _too_late(campaign, run, clocks, now)
    refined = left_out_reasons.refine(candidates, run, policy=policy, needed=words.needed, now=run.moment, late=late)
    return audience_freeze.freeze(run, refined, words, application=application, clocks=clocks)


def _too_late(campaign: Campaign, run: CampaignRun, clocks: Sequence[Clock], now: datetime) -> dict[str, list[int]]:
    """The places of the clocks whose moment has expired, or was missed, by the reason."""
    late = {}
    if run.expires_at is not None:
        late[str(Delivery.Reason.EXPIRED)] = places_before(clocks, now - (run.expires_at - run.moment))
    if campaign.missed == Campaign.Missed.SKIP:
        late[str(Delivery.Reason.MISSED)] = places_before(clocks, now - campaign.grace)
    return late


def _members(run: CampaignRun, application: Application) -> QuerySet[Member]:
    """The members of a run: the audience, or those in a series whose turn has come to this step."""
    if run.campaign.series_id is not None:
        return Member.objects.filter(pk__in=run.taken.values("enrolment__member"))
    today = run.moment.astimezone(run.campaign.zone).date()
    return reach.members_of(parse_audience(run.content["audience"]), application=application, today=today)


def _why_not(campaign: Campaign, run: CampaignRun, now: datetime) -> str:
    if run.digest != campaign.approved_hash:
        return CampaignRun.Reason.NOT_APPROVED
    if run.expires_at is not None and run.expires_at + (_last(campaign, run) - run.moment) <= now:
        return CampaignRun.Reason.EXPIRED
    return CampaignRun.Reason.MISSED if _is_missed(campaign, run, now) else ""


def _is_missed(campaign: Campaign, run: CampaignRun, now: datetime) -> bool:
    return campaign.missed == Campaign.Missed.SKIP and now - _last(campaign, run) > campaign.grace


def _last(campaign: Campaign, run: CampaignRun) -> datetime:
    """When its moment comes to the last of its members."""
    return run.moment if run.by_hand else last_due(campaign, run.moment)
