"""The subject of a series' approval: its rule, and each step as a campaign has it."""

from typing import Any

from scheduling.campaigns import approved_content
from scheduling.models import Campaign, Series

RULE = (
    *("anchor", "fact", "departments", "flow_id", "repeats_yearly", "stop_rule", "stops_on_reply", "stop_flow_id"),
    *("late", "days_off", "time_zone", "ends_on"),
)

SHARED = ("application", "audience", "segments")
OTHERS = ("repeats", "starts_at", "cron", "ends_on", "time_zone", "days", "missed")
"""Fields that only a campaign of its own has, or that a step has from its series."""


def describe(series: Series) -> dict[str, Any]:
    """All that a series would do, as JSON with stable keys. Its steps have the keys of their rows."""
    return {
        **describe_rule(series),
        "steps": {str(step.pk): describe_step(step) for step in series.steps.order_by("pk")},
    }


def describe_rule(series: Series) -> dict[str, Any]:
    """Who comes into a series, when, and the conditions that end it."""
    return {
        "application": series.application_id,
        "audience": series.audience,
        "segments": approved_content.rules_of(series.audience),
        # Without the choice it is what it was before there was one, so that approvals of then still hold.
        "rule": {name: approved_content.plain(getattr(series, name)) for name in RULE}
        | ({"in_member_zone": True} if series.in_member_zone else {}),
        "stop_segments": approved_content.rules_named(series.stop_rule),
    }


def describe_step(step: Campaign) -> dict[str, Any]:
    """A step as the approver reads it: its time, and its words as of a campaign; the rest is the series'."""
    own = {name: value for name, value in approved_content.describe(step).items() if name not in SHARED}
    time = {name: value for name, value in own["time"].items() if name not in OTHERS} | {"in_member_zone": False}
    return {"day": step.day, "at": approved_content.plain(step.at), **own, "time": time}


def digest(series: Series) -> str:
    """The hash of a series as it is now."""
    return approved_content.digest(describe(series))
