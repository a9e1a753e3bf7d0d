"""Cards of campaigns that ask something: each call has a card of its own name, by which a press is found again."""

import dataclasses
import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from core.live_updates import publish_change
from scheduling.audience import variables
from scheduling.audience.personalisation import member_facts
from scheduling.campaigns import approved_content
from scheduling.campaigns.content import CampaignWords
from scheduling.models import Batch, Campaign, CampaignResponse, CampaignRun, Delivery
from wecom.contents import Card, Content
from wecom.messages import CardEvent
from wecom.models import Application, Member

SENT = re.compile(r"campaign-(?P<run>\d+)-(?P<batch>\d+)-[0-9a-f]+")
TEST = re.compile(r"campaign-test-(?P<campaign>\d+)-[0-9a-f]+")
GOT = (Delivery.Status.SENT, Delivery.Status.DEGRADED)
LONGEST = 255
NO_NAME = "-"
MENU_EVENT = "template_card_menu_event"
ASKING = frozenset({"button_interaction", "vote_interaction", "multiple_interaction"})


def name_for_batch(content: Content, batch: Batch) -> Content:
    """The message; a card with a name of its own for this call, because the platform takes a name once."""
    return _named(content, f"campaign-{batch.run_id}-{batch.number}-{secrets.token_hex(8)}")


def name_for_test(content: Content, campaign: Campaign) -> Content:
    """The message; a card by whose name a press is known as one on a test."""
    return _named(content, f"campaign-test-{campaign.pk}-{secrets.token_hex(8)}")


def unnamed(content: Content) -> Content:
    """The message; cards with equal words are equal."""
    return _named(content, NO_NAME)


def record(event: CardEvent, *, application: Application, member: Member, at: datetime) -> str | None:
    """Record a member's press on the card of a campaign, once; returns the words pressed, None for cards of others.

    A press on a test is answered and not recorded.
    """
    match = TEST.fullmatch(event.task_id)
    if match is not None:
        campaign = Campaign.objects.filter(pk=int(match["campaign"])).first()
        return _words(campaign, event) if campaign else None
    match = SENT.fullmatch(event.task_id)
    run = CampaignRun.objects.filter(pk=int(match["run"])).first() if match else None
    # A card can be forwarded, also to a member whom the campaign left out.
    if run is None or match is None or not Delivery.objects.filter(run=run, member=member).exists():
        return None
    batch = Batch.objects.get(run=run, number=int(match["batch"]))
    own = CampaignWords.of(run.campaign_id, run.content)[batch.variant, batch.language]
    chosen = list(_chosen(own["card"], event, member_facts(member, batch.language)))
    rows = [
        CampaignResponse(run=run, member=member, key=key[:LONGEST], label=label[:LONGEST], at=at)
        for key, label in chosen
    ]
    CampaignResponse.objects.bulk_create(rows, ignore_conflicts=True)
    publish_change("campaigns", "progress")
    return _listed(chosen) or None


def not_confirmed(run: CampaignRun, *, key: str = "") -> QuerySet[Member]:
    """The members who got the message of a run and have pressed nothing on its card; with `key`, not that button."""
    got = Delivery.objects.filter(run=run, status__in=GOT, member=OuterRef("pk"))
    pressed = CampaignResponse.objects.filter(run=run, kind=CampaignResponse.Kind.CARD, member=OuterRef("pk"))
    if key:
        pressed = pressed.filter(key=key)
    return Member.objects.filter(Exists(got), ~Exists(pressed)).order_by("name", "user_id")


def asks(run: CampaignRun) -> bool:
    """Whether the message of a run is a card that asks something."""
    shown = [content["card"] for content in run.content.get("contents", {}).values()]
    return any(card.get("kind") in ASKING or card.get("menu") for card in shown)


def _named(content: Content, name: str) -> Content:
    return dataclasses.replace(content, task_id=name) if isinstance(content, Card) else content


def _words(campaign: Campaign, event: CardEvent) -> str | None:
    """The words pressed on a test, looked for in all variants and languages."""
    for own in CampaignWords.of(campaign.pk, approved_content.describe(campaign)).contents.values():
        chosen = list(_chosen(own["card"], event, {}))
        if chosen:
            return _listed(chosen)
    return None


def _chosen(card: Mapping[str, Any], event: CardEvent, facts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The key and the words of each thing that was chosen; of a vote or form without a choice, its button."""
    if event.event == MENU_EVENT:
        entries = (card.get("menu") or {}).get("entries") or ()
        yield from (
            (entry["key"], variables.fill(entry["text"], facts)) for entry in entries if entry["key"] == event.event_key
        )
        return
    lists = [card.get("checkbox"), card.get("selector"), *(card.get("selectors") or ())]
    options = {
        f"{question['key']}={choice['id']}": choice["text"]
        for question in lists
        if question
        for choice in question.get("choices") or ()
    }
    picked = [f"{choice.question_key}={key}" for choice in event.choices for key in choice.option_ids]
    known = [(key, options[key]) for key in picked if key in options]
    buttons = [button for button in card.get("buttons") or () if button.get("key") and button["key"] == event.event_key]
    submit = card.get("submit")
    if submit and not known and submit.get("key") == event.event_key:
        buttons = [submit]
    for key, label in [*((button["key"], button["text"]) for button in buttons), *known]:
        yield key, variables.fill(label, facts)


def _listed(chosen: list[tuple[str, str]]) -> str:
    return " · ".join(label for _key, label in chosen)
