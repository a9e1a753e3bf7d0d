"""Replies to a campaign: messages to the application from those who got it, within three days."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, Min, OuterRef, QuerySet

from conversations.models import Content, Message
from scheduling.models import CampaignRun, Delivery

WITHIN = timedelta(days=3)
GOT = (Delivery.Status.SENT, Delivery.Status.DEGRADED, Delivery.Status.RECALLED)


def first_replies(run: CampaignRun, members: Collection[int] | None = None) -> dict[int, datetime]:
    """When each member first wrote after the moment of a run, by key; of these members, or of all who got it."""
    written = Message.objects.filter(
        application=run.campaign.sender,
        direction=Message.Direction.IN,
        created_at__range=(run.moment, run.moment + WITHIN),
    )
    replies = written.exclude(content__kind=Content.Kind.EVENT)  # a press on a card or a menu
    return dict(_of(replies, run, members).order_by().values_list("member").annotate(first=Min("created_at")))


def _of(replies: QuerySet[Message], run: CampaignRun, members: Collection[int] | None) -> QuerySet[Message]:
    if members is not None:
        return replies.filter(member__in=members)
    return replies.filter(Exists(Delivery.objects.filter(run=run, member=OuterRef("member"), status__in=GOT)))
