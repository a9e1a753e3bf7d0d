"""Opened links of a run: a short address for each, which leads on and counts; members where that is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Sum
from django.urls import reverse
from django.utils import timezone

from core.live_updates import publish_change
from scheduling.campaigns.content import CampaignWords
from scheduling.content_kinds import links
from scheduling.content_kinds.content_kind import ContentKind
from scheduling.models import Campaign, CampaignLink, CampaignResponse, CampaignRun, Delivery, LinkClicks
from wecom.models import Member

LONGEST = 255


@dataclass(frozen=True, kw_only=True)
class LinkFigures:
    """A link, how often it was opened, and how many members are known to have opened it."""

    target: str
    clicks: int
    members: int


def make_links(run: CampaignRun, words: CampaignWords) -> None:
    """Give each link of a run's words a short address, if its campaign counts them."""
    if not counts(run):
        return
    rows = []
    for key, own in sorted(words.contents.items()):
        variant, _slash, language = key.partition("/")
        place = {"run": run, "variant": variant, "language": language}
        targets = enumerate(links.targets_of(words.kind, own), start=1)
        rows += [CampaignLink(**place, number=number, target=target) for number, target in targets]
    CampaignLink.objects.bulk_create(rows)


def with_short_links(
    run: CampaignRun, kind: ContentKind, own: Mapping[str, Any], *, variant: str, language: str
) -> Mapping[str, Any]:
    """The words of a run with its short addresses."""
    if not counts(run):
        return own
    rows = CampaignLink.objects.filter(run=run, variant=variant, language=language)
    return links.with_links(kind, own, {row.target: address(row.token) for row in rows})


def address(token: str) -> str:
    """The public address of a link."""
    return f"{settings.SITE_URL.rstrip('/')}{reverse('campaign-link', args=[token])}"


def counts(run: CampaignRun) -> bool:
    """Whether the links of a run are counted."""
    return bool(run.content.get("link_clicks", Campaign.Clicks.NONE) != Campaign.Clicks.NONE)


def find_link(token: str) -> CampaignLink | None:
    """The link of a short address."""
    return CampaignLink.objects.select_related("run__campaign__application").filter(token=token).first()


def names_opener(link: CampaignLink) -> bool:
    """Whether the member who opens a link is noted."""
    return bool(link.run.content.get("link_clicks") == Campaign.Clicks.MEMBERS)


def count_click(link: CampaignLink, *, member: Member | None = None, now: datetime | None = None) -> None:
    """Count that a link was opened; a member counts once, if the message went to them."""
    now = now or timezone.now()
    hour = LinkClicks.objects.filter(link=link, hour=now.replace(minute=0, second=0, microsecond=0))
    if not hour.update(count=F("count") + 1):
        try:
            with transaction.atomic():
                LinkClicks.objects.create(link=link, hour=now.replace(minute=0, second=0, microsecond=0), count=1)
        except IntegrityError:  # another one was the first of the hour just now
            hour.update(count=F("count") + 1)
    if member is not None and names_opener(link) and Delivery.objects.filter(run=link.run, member=member).exists():
        row = CampaignResponse(run=link.run, member=member, kind=CampaignResponse.Kind.LINK, at=now)
        row.key, row.label = f"{link.variant}/{link.language}/{link.number}", link.target[:LONGEST]
        CampaignResponse.objects.bulk_create([row], ignore_conflicts=True)
    publish_change("campaigns", "progress")


def clicks_of(run: CampaignRun) -> list[LinkFigures]:
    """How often each link of a run was opened; equal ones of several languages and variants together."""
    counted = dict(
        LinkClicks.objects.filter(link__run=run).order_by().values_list("link__target").annotate(sum=Sum("count"))
    )
    opened = CampaignResponse.objects.filter(run=run, kind=CampaignResponse.Kind.LINK).order_by()
    members = dict(opened.values_list("label").annotate(count=Count("member", distinct=True)))
    targets = dict.fromkeys(CampaignLink.objects.filter(run=run).values_list("target", flat=True))
    return [
        LinkFigures(target=target, clicks=counted.get(target, 0), members=members.get(target[:LONGEST], 0))
        for target in targets
    ]
