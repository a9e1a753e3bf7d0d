"""The subject of an approval: content, audience rule and time, as canonical JSON, and its hash."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from scheduling.campaigns.content_sources import describe_sources
from scheduling.models import Campaign, CampaignContent, Segment

TIMING = (
    *("repeats", "starts_at", "cron", "ends_on", "time_zone", "days", "missed", "valid_minutes", "interrupts"),
    *("in_member_zone", "window_from", "window_until", "window_days", "window_weekdays"),
)
CONTENT = ("share", "text", "card", "values")
GIVEN = ("literal", "mode", "defaults")
"""Only where they are set, so that approvals from before there were any still hold."""
KEYS = ("digital_human_id", "template_id", "presentation_id", "flow_id")


def describe(campaign: Campaign) -> dict[str, Any]:
    """All that a campaign would do, as JSON with stable keys."""
    return {
        "application": campaign.application_id,
        "content_type": str(campaign.content_type),
        **({} if campaign.needs_approval else {"policy": str(campaign.policy)}),
        "message_class": str(campaign.message_class),
        # Without a topic it is what it was before there were any, so that approvals of then still hold.
        **({"topic": campaign.topic_id, "way_out": campaign.shows_way_out} if campaign.topic_id else {}),
        **({"link_clicks": str(campaign.link_clicks)} if campaign.link_clicks != Campaign.Clicks.NONE else {}),
        "audience": campaign.audience,
        "segments": rules_of(campaign.audience),
        **({"urgent_reason": campaign.urgent_reason} if campaign.urgent_reason else {}),
        "time": {name: plain(getattr(campaign, name)) for name in TIMING}
        | ({"next_working_day_at": plain(campaign.next_working_day_at)} if campaign.next_working_day_at else {})
        | ({"grace_minutes": campaign.grace_minutes} if campaign.grace_minutes else {})
        | ({"unknown_days": str(campaign.unknown_days)} if not campaign.holds_unknown_days else {}),
        "contents": describe_contents(campaign),
    }


def describe_contents(campaign: Campaign) -> dict[str, Any]:
    """Its contents, by variant and language."""
    return {f"{content.variant}/{content.language}": _describe(content) for content in campaign.contents.all()}


def digest(description: Mapping[str, Any]) -> str:
    """The hash of a description: equal for equal ones, with their keys in any order."""
    canonical = json.dumps(description, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def rules_of(audience: Mapping[str, Any]) -> dict[str, Any]:
    """The rules of the segments that an audience names, and of those that these name: an edit of one counts."""
    return _rules([*audience.get("segments", ()), *audience.get("exclude", {}).get("segments", ())])


def rules_named(rule: Any) -> dict[str, Any]:
    """The same of a rule."""
    return _rules([*_named_in(rule)])


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _rules(waiting: list[int]) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    while waiting:
        rows = Segment.objects.filter(pk__in=waiting).exclude(pk__in=rules)
        fresh = {str(row.pk): row.rule for row in rows}
        rules |= fresh
        waiting = [key for rule in fresh.values() for key in _named_in(rule)]
    return rules


def _named_in(rule: Any) -> Iterator[int]:
    """The segments that the JSON of a rule names."""
    if not isinstance(rule, Mapping):
        return
    if rule.get("subject") == "segment":
        yield from rule.get("value") or ()
    for inner in rule.get("rules", ()):
        yield from _named_in(inner)


def _describe(content: CampaignContent) -> dict[str, Any]:
    file = {"file": str(content.file.name or "")}
    values = {name: getattr(content, name) for name in GIVEN if getattr(content, name)}
    return {name: getattr(content, name) for name in (*CONTENT, *KEYS)} | values | file | describe_sources(content)
