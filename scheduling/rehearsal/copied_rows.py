"""The rows that a rehearsal needs: those of the company, and those of the members who take part."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q

from conversations.models import (
    Conversation,
    Desk,
    Flow,
    FlowVersion,
    MemberPreference,
    Message,
    MutedTopic,
    Session,
    Topic,
)
from scheduling.models import (
    AudienceSheet,
    AudienceSheetMember,
    Batch,
    CalendarDay,
    Campaign,
    CampaignContent,
    CampaignRun,
    Delivery,
    Enrolment,
    EnrolmentStep,
    Segment,
    SendingPolicy,
    Series,
)
from wecom.models import (
    Application,
    ApplicationMember,
    Corporation,
    Department,
    FactDefinition,
    Member,
    MemberFact,
    Membership,
    Tag,
)

WHOLE: tuple[type[models.Model], ...] = (
    *(Corporation, Application, Department, Tag, FactDefinition, Desk, Flow, FlowVersion, Topic),
    *(SendingPolicy, CalendarDay, Segment, AudienceSheet),
)
"""Settings of the company, which are few."""
OF_MEMBERS: tuple[tuple[type[models.Model], str], ...] = (
    (Member, "pk"),
    (MemberFact, "member"),
    (Membership, "member"),
    (ApplicationMember, "member"),
    (MemberPreference, "member"),
    (MutedTopic, "member"),
    (Conversation, "member"),
    (Session, "conversation__member"),
    (Enrolment, "member"),
    (EnrolmentStep, "enrolment__member"),
)
"""The models of a member's rows, with the path to the member's key."""
CAPS_LOOK_BACK = timedelta(days=8)
MEMBERS_AT_ONCE = 500


def rows_for(
    members: Collection[int], campaigns: Collection[int], series: Collection[int], *, now: datetime
) -> Iterator[tuple[type[models.Model], Iterable[models.Model]]]:
    """Each model with its rows, for these members, campaigns and series by key."""
    every = sorted(members)
    for whole in WHOLE:
        yield whole, whole._base_manager.all()
    for through in (Tag.members.through, Tag.departments.through, Department.applications.through):
        of_member = any(field.name == "member" for field in through._meta.concrete_fields)
        yield through, _of(through, "member", every) if of_member else through._base_manager.all()
    for model, path in OF_MEMBERS:
        yield model, _of(model, path, every)
    names = list(Member.objects.filter(pk__in=every).values_list("user_id", flat=True))
    yield AudienceSheetMember, _of(AudienceSheetMember, "user_id", names)
    steps = Q(pk__in=campaigns) | Q(series__in=series)
    yield Series, Series.objects.filter(pk__in=series)
    yield Campaign, Campaign.objects.filter(steps)
    kept = Campaign.objects.filter(steps).values("pk")
    yield CampaignContent, CampaignContent.objects.filter(campaign__in=kept)
    # Runs of others count for the caps.
    recent = Q(moment__gt=now - CAPS_LOOK_BACK)
    runs = CampaignRun.objects.filter(recent | Q(campaign__in=kept))
    missing = Campaign.objects.filter(runs__in=runs.filter(recent)).exclude(pk__in=kept)
    yield Campaign, missing.distinct()
    yield CampaignRun, runs
    yield Batch, Batch.objects.filter(run__in=runs, ended_at=None)
    counting = CampaignRun.objects.filter(recent | Q(campaign__in=kept, ended_at=None)).values("pk")
    yield Delivery, _of(Delivery, "member", every, run__in=counting)
    lately = {"direction": Message.Direction.IN, "created_at__gt": now - CAPS_LOOK_BACK}
    yield Message, _of(Message, "member", every, **lately)


def _of(model: type[models.Model], path: str, keys: Sequence[Any], **further: Any) -> Iterator[models.Model]:
    for first in range(0, len(keys), MEMBERS_AT_ONCE):
        some = keys[first : first + MEMBERS_AT_ONCE]
        yield from model._base_manager.filter(**{f"{path}__in": some}, **further)
