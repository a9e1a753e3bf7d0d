"""The gaps of a draft, each at a field of the campaign's form."""

from collections.abc import Iterator, Mapping
from typing import Any

from scheduling import services
from scheduling.admin.campaigns.content_fields import SLOTS
from scheduling.campaigns.cards.conversion import element_of
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign

FIELDS = {"contents": "a_zh_text", "share": "share_b", "variant": "share_b"}


def problems_by_field(campaign: Campaign) -> Iterator[tuple[str, str]]:
    """Each error of a saved campaign in words, with the name of its field."""
    slots = {key: slot for slot, key in SLOTS.items()}
    problems = set()
    for row in campaign.contents.all():
        for problem in services.content_problems(campaign, row):
            problems.add((problem.code, problem.message))
            slot = slots.get((row.variant, row.language), "a_zh")
            yield _field_of(problem, slot, campaign, row.card), str(problem)
    for problem in services.campaign_problems(campaign):
        if campaign.series_id is not None and problem.field.partition(".")[0] in ("audience", "time_zone"):
            continue  # which it shares with its series
        if (problem.code, problem.message) not in problems:
            field = problem.field.partition(".")[0]
            yield FIELDS.get(field, field), str(problem)


def _field_of(problem: SchedulingError, slot: str, campaign: Campaign, card: Mapping[str, Any]) -> str:
    """The field, or the part of a card in one: “a_zh_card-title”."""
    if "card" not in campaign.kind.fields:
        return f"{slot}_{problem.field}"
    place = element_of(card, problem.field.removeprefix("card."))
    return f"{slot}_card-{place}" if place else f"{slot}_card"
