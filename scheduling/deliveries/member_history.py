"""The campaign messages of one member, for the page of their conversation: a few queries, however many there are."""

from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from conversations.signals import ThreadEntry
from scheduling.audience import variables
from scheduling.audience.personalisation import member_facts
from scheduling.campaigns.content import CampaignWords, text_of
from scheduling.content_kinds.content_kind_registry import kinds
from scheduling.models import Batch, Delivery
from wecom.models import Application, Member

GOT = (Delivery.Status.SENT, Delivery.Status.DEGRADED, Delivery.Status.RECALLED)


def sent_to(member: Member, *, application: Application, since: datetime | None, most: int) -> list[ThreadEntry]:
    """The newest messages that campaigns of an application have sent to a member. Flows are conversations already."""
    rows = Delivery.objects.filter(member=member, status__in=GOT).select_related(
        "run__campaign__application", "outbound"
    )
    if since is not None:
        rows = rows.filter(run__moment__gte=since)
    ours = Q(run__campaign__application=application)
    if application.is_default:
        ours |= Q(run__campaign__application=None)
    dialogues = [kind.name for kind in kinds() if kind.is_dialogue]
    others = rows.filter(ours).exclude(run__campaign__content_type__in=dialogues)
    newest = list(others.order_by("-run__moment")[:most])
    if not newest:
        return []
    theirs = reduce(or_, (Q(run=delivery.run_id, number=delivery.batch) for delivery in newest))
    rows_of_batches = Batch.objects.filter(theirs).select_related("outbound")
    batches = {(batch.run_id, batch.number): batch for batch in rows_of_batches}
    facts = {language: member_facts(member, language) for language in {batch.language for batch in batches.values()}}
    return [
        _entry(delivery, batches[delivery.run_id, delivery.batch], facts)
        for delivery in newest
        if (delivery.run_id, delivery.batch) in batches
    ]


def _entry(delivery: Delivery, batch: Batch, facts: Mapping[str, Mapping[str, str]]) -> ThreadEntry:
    run, outbound = delivery.run, delivery.outbound or batch.outbound
    own, known = CampaignWords.of(run.campaign_id, run.content)[batch.variant, batch.language], facts[batch.language]
    return ThreadEntry(
        said_at=(outbound.finished_at if outbound else None) or batch.ended_at or run.moment,
        text=text_of(own, known) or variables.fill(_title(own["card"]), known),
        status=str(delivery.get_status_display()),
        row=run,
        query=f"delivery={delivery.pk}",
        key=f"delivery-{delivery.pk}",
    )


def _title(card: Mapping[str, Any]) -> str:
    """The title of a card, or of the first article of news."""
    first = (card.get("articles") or [card])[0]
    return str(first.get("title") or "")
