"""The text with the link to a member's preferences behind an image or a file: once per member and topic.

Its calls are counted by no batch. They are known by their broadcast, which a retry of failed members shares.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from conversations import services as conversations
from scheduling.content_kinds.content_kind import Closing
from scheduling.models import Batch, Campaign, CampaignRun, Delivery
from wecom.models import Application, Member, Outbound

GOT = (Delivery.Status.SENT, Delivery.Status.DEGRADED)
AT_ONCE = 1_000  # members of a call


def follow(
    batch: Batch,
    application: Application,
    words: Mapping[str, Any],
    members: Mapping[int, str],
    *,
    until: datetime | None,
) -> None:
    """Queue the line behind the messages of a batch, for those of its members who had none yet."""
    line = words.get("way_out", "")
    if not line or batch.run.campaign.kind.closing != Closing.BEHIND:
        return
    earlier = list(_runs_before(batch.run).values_list("pk", flat=True))
    had = Delivery.objects.filter(member__in=members, run__in=earlier, status__in=GOT) if earlier else None
    without = members.keys() - (set(had.values_list("member_id", flat=True)) if had is not None else set())
    told = _told(batch) if batch.retry or _was_taken_back(batch) else set()
    to = [user_id for key, user_id in members.items() if key in without and user_id not in told]
    if to:
        conversations.broadcast_text(application, line, to=to, expires_at=until, cid=batch.cid, key=_broadcast(batch))


def take_back(batch: Batch, calls: Sequence[Outbound]) -> None:
    """Take back the line behind the calls of a batch that were taken back, unless it is too late for that."""
    if batch.run.campaign.kind.closing != Closing.BEHIND:
        return
    members = {user_id for call in calls for user_id in call.recipients}
    lines = Outbound.objects.filter(cid=batch.cid, broadcast=_broadcast(batch), status__in=Outbound.UNFINISHED)
    for line in lines.order_by("pk"):
        if members.issuperset(line.recipients):
            conversations.take_back(line)


def calls_ahead(campaign: Campaign, members: QuerySet[Member]) -> tuple[int, int]:
    """How many calls a start would make for the line alone, and to how many members."""
    if campaign.kind.closing != Closing.BEHIND or not campaign.shows_way_out:
        return 0, 0
    had = Delivery.objects.filter(
        member=OuterRef("pk"), run__in=_runs_before(CampaignRun(campaign=campaign)), status__in=GOT
    )
    count = members.filter(~Exists(had)).count()
    return ceil(count / AT_ONCE), count


def _runs_before(run: CampaignRun) -> QuerySet[CampaignRun]:
    """The other runs on its topic that had the line."""
    return CampaignRun.objects.filter(campaign__topic=run.campaign.topic_id, content__way_out=True).exclude(pk=run.pk)


def _was_taken_back(batch: Batch) -> bool:
    """Whether calls of its run were taken back, of which the line may have been out already."""
    calls = Outbound.objects.filter(cid=batch.cid, status=Outbound.Status.CANCELLED)
    return calls.filter(reason=Outbound.Reason.RECALLED).exists()


def _told(batch: Batch) -> set[str]:
    """The members that the line reached behind an earlier try, may have reached, or will reach."""
    calls = Outbound.objects.filter(cid=batch.cid, broadcast=_broadcast(batch))
    failed = calls.filter(status__in=(Outbound.Status.FAILED, Outbound.Status.CANCELLED))
    told: set[str] = set()
    for call in calls.exclude(pk__in=failed.exclude(reason=Outbound.Reason.UNKNOWN).values("pk")):
        told |= set(call.recipients) - {*call.invalid, *call.unlicensed}
    return told


def _broadcast(batch: Batch) -> str:
    return f"{batch.run.campaign_id}.{batch.run.moment.timestamp():.0f}.line"
