"""A batch goes out: its members get their words in as few calls as there are different words."""

import logging
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from conversations import services as conversations
from conversations.exceptions import ConversationError
from conversations.models import Flow
from core.exceptions import OpenUserError
from core.lookups import among
from core.work import crash_points
from scheduling.audience.personalisation import member_facts
from scheduling.campaigns import approved_content, content, sending_policy
from scheduling.campaigns.content import CampaignWords
from scheduling.campaigns.hours.quiet_hours import SendHours, window_of
from scheduling.deliveries import run_progress, videos_or_text, way_out_calls
from scheduling.deliveries.run_progress import end_batch
from scheduling.deliveries.videos_or_text import Videos
from scheduling.models import FAR, Batch, Campaign, CampaignRun, Delivery
from scheduling.responses import card_presses, clicks
from wecom.models import Application, ApplicationMember, Member

logger = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(seconds=15)  # at a video that is being made
DIALOGUE_WAIT = timedelta(minutes=5)  # until a dialogue is looked at again
PAUSED_FOR = timedelta(days=3650)


def send(batch: Batch, *, now: datetime) -> None:
    """Send a claimed batch, or put it back with the reason. A content that cannot be sent at all ends as failed."""
    application = let_through(batch, now=now)
    if application is None:
        return
    if not _is_as_approved(batch.run):
        run_progress.stop(batch.run, CampaignRun.Reason.NOT_APPROVED, now=now)
        _rest(batch)
        return
    words = CampaignWords.of(batch.run.campaign_id, batch.run.content)
    made: Videos | None = None
    if words.kind.is_made:
        made = videos_or_text.videos_of(batch, words, _still_reached(batch, application), application, now=now)
        if made.waits:
            batch.postpone(now + LOOK_AGAIN, Batch.Reason.RENDERING, count_attempt=False)
            return
    try:
        _send(batch, words, application, made, now=now)
    except OpenUserError as error:
        logger.warning("A batch cannot be sent.", extra={"cid": batch.cid, "batch": batch.pk, "code": error.code})
        _give_up(batch, Delivery.Status.FAILED, Delivery.Reason.REFUSED, now=now)


def _is_as_approved(run: CampaignRun) -> bool:
    """Whether the sources of its content, such as the script of a template, are still those that were approved."""
    if not run.campaign.kind.has_sources or not run.campaign.needs_approval:
        return True
    return approved_content.digest(approved_content.describe_contents(run.campaign)) == approved_content.digest(
        run.content["contents"]
    )


def let_through(batch: Batch, *, now: datetime) -> Application | None:
    """The application that sends a claimed batch now; None if it was put back with the reason, or has expired."""
    run, campaign = batch.run, batch.run.campaign
    application = campaign.sender
    if application is None:
        batch.postpone(now + PAUSED_FOR, Batch.Reason.PAUSED, count_attempt=False)
        return None
    policy = sending_policy.policy_of(application)
    is_bound = run.digest == campaign.approved_hash or not campaign.needs_approval
    if campaign.state != Campaign.State.RUNNING or policy.is_stopped or not is_bound:
        _rest(batch)
        return None
    if batch.expires_at is not None and batch.expires_at <= now:
        _give_up(batch, Delivery.Status.EXPIRED, Delivery.Reason.EXPIRED, now=now)
        return None
    hold = SendHours(policy=policy, window=window_of(campaign)).hold(now, batch.clock)
    if hold is not None:
        batch.postpone(hold.until, hold.reason, count_attempt=False)
        return None
    return application


def _rest(batch: Batch) -> None:
    """Put a batch back until its campaign goes on; it has patience with its videos anew."""
    batch.postpone(FAR, Batch.Reason.PAUSED, count_attempt=False, started_at=None)
    videos_or_text.end_unwanted(batch.run.campaign)


def receivers(batch: Batch, application: Application, *, now: datetime) -> dict[int, str]:
    """The user IDs of those who get a batch now, by key; the others are left out, or wait in a batch of their own."""
    _leave_out_muted(batch, _planned(batch))
    _put_off(batch, _planned(batch), application, now=now)
    return _reachable(batch, application)


@transaction.atomic
def _send(
    batch: Batch, words: CampaignWords, application: Application, batch_videos: Videos | None, *, now: datetime
) -> None:
    run = batch.run
    members = receivers(batch, application, now=now)
    if not members:
        batch.settle(Batch.Status.DONE, "")
        end_batch(batch, sent=0, failed=0, now=now)
        return
    own = words[batch.variant, batch.language]
    options: dict[str, Any] = {"expires_at": batch.expires_at, "cid": batch.cid, "key": batch.broadcast_key}
    if words.kind.is_dialogue:
        sent, failed = _start_flows(own, members, application, run=run, now=now)
        batch.settle(Batch.Status.DONE, "")
        end_batch(batch, sent=sent, failed=failed, now=now)
        return
    own = clicks.with_short_links(run, words.kind, own, variant=batch.variant, language=batch.language)
    reason = ""
    if batch_videos is not None:
        title = "" if words.is_alone else run.campaign.name
        calls = videos_or_text.send_all(application, batch_videos, members, title=title, words=own, **options)
        if batch_videos.readers:
            _planned(batch).filter(member__in=batch_videos.readers).update(reason=Delivery.Reason.PREFERS_TEXT)
        if batch_videos.degraded:
            reason = Batch.Reason.TEXT
            _planned(batch).filter(member__in=batch_videos.degraded).update(reason=Delivery.Reason.TEXT)
    elif words.is_personal:
        calls = _send_personal(batch, application, words, own, members, options)
    elif words.in_parts:
        text = content.whole_text(own, {})
        outbound = conversations.broadcast_text(application, text, to=list(members.values()), **options)
        calls = {outbound.pk: list(members)}
    else:
        message = card_presses.name_for_batch(content.compose(words.kind, own, {}), batch)
        file = own["file"]
        outbound = conversations.broadcast(application, message, to=list(members.values()), file=file, **options)
        calls = {outbound.pk: list(members)}
        way_out_calls.follow(batch, application, own, members, until=batch.expires_at)
    if len(calls) == 1:
        batch.settle(Batch.Status.DONE, reason, outbound_id=next(iter(calls)), pending=1)
    else:
        for number, keys in calls.items():
            Delivery.objects.filter(run=run, member__in=keys).update(outbound=number)
        batch.settle(Batch.Status.DONE, reason, pending=len(calls))
    crash_points.point("batch.queued")


def _planned(batch: Batch) -> QuerySet[Delivery]:
    return Delivery.objects.filter(run=batch.run_id, batch=batch.number, status=Delivery.Status.PLANNED)


@transaction.atomic
def _still_reached(batch: Batch, application: Application) -> dict[int, str]:
    """The user IDs of those who are to get it, by key, while their videos are made."""
    _leave_out_muted(batch, _planned(batch))
    return _reachable(batch, application)


def _reachable(batch: Batch, application: Application) -> dict[int, str]:
    """The user IDs of those who are to get it, by key, without those who are out of reach since it began."""
    members = Member.objects.filter(among("pk", _planned(batch).order_by().values("member")))
    rows = members.values_list("pk", "user_id", "status").order_by("pk")
    states = {key: (user_id, status) for key, user_id, status in rows}
    if not states:
        return {}
    left = {key for key, (_user_id, status) in states.items() if status == Member.Status.LEFT}
    # A batch has neighbouring keys.
    nearby = {"member__gte": min(states), "member__lte": max(states)}
    beyond = ApplicationMember.objects.filter(application=application, in_range=False, **nearby)
    out = set(beyond.values_list("member", flat=True)) & states.keys() - left
    for keys, reason in ((left, Delivery.Reason.LEFT), (out, Delivery.Reason.OUT_OF_RANGE)):
        if keys:
            _leave_out(batch, _planned(batch).filter(member__in=keys), reason)
    return {key: user_id for key, (user_id, _status) in states.items() if key not in left | out}


def _leave_out(batch: Batch, rows: QuerySet[Delivery], reason: Delivery.Reason) -> None:
    """Members who were to get it do not get it after all."""
    count = rows.update(status=Delivery.Status.SKIPPED, reason=reason)
    Batch.objects.filter(pk=batch.pk).update(size=F("size") - count)
    CampaignRun.objects.filter(pk=batch.run_id).update(planned=F("planned") - count, left_out=F("left_out") + count)


def _send_personal(
    batch: Batch,
    application: Application,
    whole: CampaignWords,
    words: Mapping[str, Any],
    members: Mapping[int, str],
    options: dict[str, Any],
) -> dict[int, list[int]]:
    """Send to each member their own words; equal words share a call. The members by Outbound."""
    rows = Member.objects.filter(pk__in=members).select_related("main_department").prefetch_related("facts")
    same: dict[str, list[Member]] = defaultdict(list)
    composed = {}
    for member in rows.order_by("pk"):
        facts = member_facts(member)
        if whole.in_parts:
            same[content.whole_text(words, facts)].append(member)
            continue
        message = card_presses.unnamed(content.compose(whole.kind, words, facts))
        key = repr(message)
        composed[key] = message
        same[key].append(member)
    calls = {}
    for key, group in same.items():
        names = [member.user_id for member in group]
        if whole.in_parts:
            outbound = conversations.broadcast_text(application, key, to=names, **options)
        else:
            message = card_presses.name_for_batch(composed[key], batch)
            outbound = conversations.broadcast(application, message, to=names, file=words["file"], **options)
        calls[outbound.pk] = [member.pk for member in group]
    return calls


def _start_flows(
    words: Mapping[str, Any], members: Mapping[int, str], application: Application, *, run: CampaignRun, now: datetime
) -> tuple[int, int]:
    """Start the flow for members, by key with their user IDs; how many it was started for, and how many not."""
    flow = Flow.objects.get(pk=words["flow_id"])
    failed = set()
    for key, user_id in members.items():  # in the order of their keys, as everywhere
        talk = conversations.conversation_with(user_id, application=application)
        try:
            with transaction.atomic():
                conversations.start_flow(talk, flow, cid=run.cid, now=now)
        except ConversationError:
            failed.add(key)
    rows = Delivery.objects.filter(run=run, member__in=members)
    rows.filter(member__in=failed).update(status=Delivery.Status.FAILED, reason=Delivery.Reason.REFUSED)
    rows.exclude(member__in=failed).update(status=Delivery.Status.SENT)
    return len(members) - len(failed), len(failed)


def _leave_out_muted(batch: Batch, planned: Any) -> None:
    """Members who have muted the topic since the audience was frozen are left out."""
    campaign = batch.run.campaign
    if campaign.topic_id is None or not campaign.honours_choices:
        return
    muted = conversations.muting(campaign.topic_id, planned.values("member"))
    if muted:
        _leave_out(batch, planned.filter(member__in=muted), Delivery.Reason.OPTED_OUT)


def _put_off(batch: Batch, planned: Any, application: Application, *, now: datetime) -> None:
    """Members in a dialogue move to a batch of their own, or are left out, as the campaign says."""
    campaign = batch.run.campaign
    if campaign.interrupts == Campaign.Interrupts.ALWAYS:
        return
    rests = now - timedelta(minutes=settings.CONVERSATIONS["DIALOGUE_RESTS_MINUTES"])
    busy = conversations.in_dialogue(application, planned.values("member"), since=rests)
    if not busy:
        return
    rows = planned.filter(member__in=busy)
    if campaign.interrupts == Campaign.Interrupts.SKIP:
        _leave_out(batch, rows, Delivery.Reason.DIALOGUE)
        return
    waits = {"due_at": now + DIALOGUE_WAIT, "reason": Batch.Reason.DIALOGUE}
    later = Batch.objects.create_beside(batch, size=len(busy), **waits)
    rows.update(batch=later.number)
    Batch.objects.filter(pk=batch.pk).update(size=F("size") - len(busy))


@transaction.atomic
def _give_up(batch: Batch, status: Delivery.Status, reason: Delivery.Reason, *, now: datetime) -> None:
    count = _planned(batch).update(status=status, reason=reason)
    batch.settle(Batch.Status.DONE, str(reason))
    end_batch(batch, sent=0, failed=count, now=now)
