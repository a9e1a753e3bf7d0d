"""Segments, campaigns and series as a file has them."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from conversations.models import Desk
from core.interchange.files_of_rows import Media
from core.interchange.model_fields import plain_fields, plain_time, tidy
from scheduling.exceptions import SchedulingError
from scheduling.files.file_references import References
from scheduling.models import Campaign, CampaignContent, Segment, Series

KEYS = {"segments": "name", "campaigns": "name", "series": "name"}
"""The parts of a file, in their order, each with the field that names its entries."""
INNER_LISTS = {"rule": "rules", "stop_rule": "rules"}
FOLDER = "campaigns"
"""Where the files of campaigns are stored."""
CAMPAIGN_APART = ("audience", "day", "at")
SERIES_APART = ("audience", "stop_rule")
STEP_APART = (
    *("application", "audience", "policy", "repeats", "starts_at", "cron", "ends_on", "time_zone", "in_member_zone"),
    *("unknown_days", "grace_minutes", "day", "at"),
)
"""Besides day and time, what a step shares with its series, or has as every step has it."""
CONTENT_APART = ("campaign", "variant", "language", "share", "file")
VARIANT = "A"  # of a campaign that compares nothing
WHOLE = 100  # its share
LANGUAGES = list(Desk.Language.values)


def segment_entry(segment: Segment, references: References) -> dict[str, Any]:
    """A segment: its name, its description, and its rule with other segments by name."""
    entry = {"name": segment.name}
    if segment.description:
        entry["description"] = tidy(segment.description)
    try:
        return {**entry, "rule": references.rule_in_names(segment.rule)}
    except SchedulingError as error:
        raise _of(segment, error) from error


def campaign_entry(
    campaign: Campaign, contents: Iterable[CampaignContent], references: References, media: Media
) -> dict[str, Any]:
    """A campaign, saved or not: content, audience and time. Its state, approval and runs do not travel."""
    entry = plain_fields(campaign, references=References, zone=campaign.zone, without=CAMPAIGN_APART)
    return {**entry, **_audience(campaign, references), "contents": _contents(campaign, contents, media)}


def series_entry(
    series: Series, steps: Iterable[tuple[Campaign, Iterable[CampaignContent]]], references: References, media: Media
) -> dict[str, Any]:
    """A series, saved or not, with its steps in the order of their days. Who is in it does not travel."""
    entry = plain_fields(series, references=References, zone=series.zone, without=SERIES_APART)
    try:
        stops = {"stop_rule": references.rule_in_names(series.stop_rule)} if series.stop_rule else {}
    except SchedulingError as error:
        raise _of(series, error) from error
    listed = sorted(steps, key=lambda pair: step_key(pair[0].day, pair[0].at))
    entries = [_step_entry(step, contents, media) for step, contents in listed]
    return {**entry, **stops, **_audience(series, references), "steps": entries}


def step_key(day: int | None, at: time | None) -> tuple[int, str]:
    """The key of a step within its series, in the order of steps: at once comes before every time of the day."""
    return day or 0, at.isoformat() if at else ""


def content_key(content: CampaignContent) -> str:
    """`en`, or `B/en` for a variant that it is compared with."""
    return content.language if content.variant == VARIANT else f"{content.variant}/{content.language}"


def variant_and_language(key: str) -> tuple[str, str]:
    """The variant and language of a key of `contents`."""
    variant, _slash, language = key.rpartition("/")
    return variant or VARIANT, language


def _audience(row: Campaign | Series, references: References) -> dict[str, Any]:
    try:
        audience = references.audience_in_names(row.audience)
    except SchedulingError as error:
        raise _of(row, error) from error
    return {"audience": audience} if audience else {}


def _step_entry(step: Campaign, contents: Iterable[CampaignContent], media: Media) -> dict[str, Any]:
    moment = {"day": step.day, **({"at": plain_time(step.at)} if step.at else {})}
    fields = plain_fields(step, references=References, zone=step.zone, without=STEP_APART)
    return {**moment, **fields, "contents": _contents(step, contents, media)}


def _contents(campaign: Campaign, contents: Iterable[CampaignContent], media: Media) -> dict[str, Any]:
    rows = sorted(contents, key=lambda content: (content.variant, LANGUAGES.index(content.language)))
    return {content_key(row): _content_entry(row, campaign, media) for row in rows}


def _content_entry(content: CampaignContent, campaign: Campaign, media: Media) -> Mapping[str, Any]:
    share = {} if content.share == WHOLE else {"share": content.share}
    file = {"file": media.entry(content.file)} if content.file else {}
    return {**share, **plain_fields(content, references=References, zone=campaign.zone, without=CONTENT_APART), **file}


def _of(row: Campaign | Segment | Series, error: SchedulingError) -> SchedulingError:
    """An error with the name of its entry."""
    return SchedulingError(f"“{row}”: {error.message}", code=error.code, remedy=error.remedy, field=error.field)
