"""Why a member is left out of a run, found in the same query that finds the members."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from scheduling.campaigns.sending_policy import Policy, cap_windows
from scheduling.models import Campaign, CampaignRun, Delivery
from wecom.models import Member, MemberFact

COUNTED = (Delivery.Status.PLANNED, Delivery.Status.SENT, Delivery.Status.DEGRADED)
FIELDS = {
    "name": "name",
    "alias": "alias",
    "position": "position",
    "department": "main_department__name",
    "user_id": "user_id",
}
"""Where the facts of the directory lie; all others are facts of their own."""


def refine(
    candidates: QuerySet[Member],
    run: CampaignRun,
    *,
    policy: Policy,
    needed: Iterable[str],
    now: datetime,
    late: Mapping[str, Collection[int]] | None = None,
) -> QuerySet[Member]:
    """The candidates, annotated `why`: their `skip_reason`, or another one that the campaign itself has; else "".

    `needed` are the variables without whose values a member is left out. `late` are reasons with the clocks for whose
    members it is too late; these are annotated `clock`.
    """
    cases = [When(~Q(skip_reason=""), then=F("skip_reason"))]
    topic = run.campaign.topic
    if topic is not None and topic.can_be_muted and run.campaign.honours_choices:
        # A join, which the database hashes; members have muted a topic once, so that it repeats none of them.
        candidates = candidates.annotate(mute=FilteredRelation("mutes", condition=Q(mutes__topic=topic.pk)))
        cases.append(When(mute__isnull=False, then=Value(Delivery.Reason.OPTED_OUT)))
    cases += [When(missing(name), then=Value(Delivery.Reason.NO_VALUE)) for name in needed]
    if not run.campaign.passes_caps:
        for number, (since, most) in enumerate(cap_windows(now, run.campaign.zone, policy)):
            candidates = candidates.annotate(**{f"had_{number}": _had(run, since)})
            cases.append(When(**{f"had_{number}__gte": most}, then=Value(Delivery.Reason.CAP)))
    cases += [When(clock__in=clocks, then=Value(reason)) for reason, clocks in (late or {}).items() if clocks]
    why = Case(*cases, default=Value(""), output_field=CharField())
    return candidates.annotate(why=why)


def missing(name: str) -> Q:
    """That a member has no value for a variable."""
    if name not in FIELDS:
        return ~Q(Exists(MemberFact.objects.filter(member=OuterRef("pk"), key=name)))  # a join would repeat the member
    place = FIELDS[name]
    return Q(**{place: ""}) | Q(**{f"{place}__isnull": True})


def counted_for_caps(run: CampaignRun, since: datetime) -> QuerySet[Delivery]:
    """The messages of other runs that members got since a moment, or are about to get, and that count for their
    caps."""
    first = CampaignRun.objects.filter(moment__gte=since).aggregate(first=Min("pk"))["first"]
    # By the key, too: the index has the runs of a member in that order, and all those of years would be looked up.
    recent = {"run__gte": first or run.pk, "run__moment__gte": since}
    others = Delivery.objects.filter(status__in=COUNTED, **recent).exclude(run=run)
    passing = {"run__campaign__message_class": Campaign.MessageClass.MANDATORY}
    return others.exclude(**passing).filter(run__campaign__policy=Campaign.Policy.APPROVED)


def _had(run: CampaignRun, since: datetime) -> Any:
    counted = counted_for_caps(run, since).filter(member=OuterRef("pk"))
    count = counted.order_by().values("member").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(count, output_field=IntegerField()), 0)
