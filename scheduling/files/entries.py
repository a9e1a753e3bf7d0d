"""A segment and a campaign as a file has them."""

from collections.abc import Iterable, Mapping
from typing import Any

from conversations.models import Desk
from scheduling.exceptions import SchedulingError
from scheduling.files.media import Media
from scheduling.files.model_fields import plain_fields
from scheduling.files.references import References
from scheduling.models import Campaign, CampaignContent, Segment

CAMPAIGN_APART = ("audience",)
CONTENT_APART = ("campaign", "variant", "language", "share", "file")
VARIANT = "A"  # of a campaign that compares nothing
WHOLE = 100  # its share
LANGUAGES = list(Desk.Language.values)


def segment_entry(segment: Segment, references: References) -> dict[str, Any]:
    """A segment: its name, its description, and its rule with other segments by name."""
    found = {"name": segment.name}
    if segment.description:
        found["description"] = segment.description
    try:
        return {**found, "rule": references.rule_in_names(segment.rule)}
    except SchedulingError as error:
        raise _of(segment, error) from error


def campaign_entry(
    campaign: Campaign, contents: Iterable[CampaignContent], references: References, media: Media
) -> dict[str, Any]:
    """A campaign, saved or not: what, to whom and when. Its state, approval and runs do not travel."""
    found = plain_fields(campaign, zone=campaign.zone, without=CAMPAIGN_APART)
    try:
        audience = references.audience_in_names(campaign.audience)
    except SchedulingError as error:
        raise _of(campaign, error) from error
    if audience:
        found["audience"] = audience
    rows = sorted(contents, key=lambda one: (one.variant, LANGUAGES.index(one.language)))
    return {**found, "contents": {content_key(one): _content_entry(one, campaign, media) for one in rows}}


def content_key(content: CampaignContent) -> str:
    """`en`, or `B/en` for a variant that it is compared with."""
    return content.language if content.variant == VARIANT else f"{content.variant}/{content.language}"


def variant_and_language(key: str) -> tuple[str, str]:
    """What a key of `contents` stands for."""
    variant, _slash, language = key.rpartition("/")
    return variant or VARIANT, language


def _content_entry(content: CampaignContent, campaign: Campaign, media: Media) -> Mapping[str, Any]:
    share = {} if content.share == WHOLE else {"share": content.share}
    file = {"file": media.entry(content.file)} if content.file else {}
    return {**share, **plain_fields(content, zone=campaign.zone, without=CONTENT_APART), **file}


def _of(row: Campaign | Segment, error: SchedulingError) -> SchedulingError:
    """An error with the name of what it is about."""
    return SchedulingError(f"“{row}”: {error.message}", code=error.code, remedy=error.remedy, field=error.field)
