"""The next sendings, for the admin's home."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from scheduling import services
from scheduling.models import Campaign, Series
from wecom.models import Application

SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class NextRun:
    """The next moment of a campaign or a step of a series; `kind` says which of them."""

    key: str
    name: str
    kind: str
    at: datetime
    address: str


def sought(may: Any, *, now: datetime) -> dict[str, QuerySet[Any]]:
    """The rows that may have a next moment, by the names of `services.next_entries`, as far as an account may see
    it."""
    if not may("scheduling.view_campaign"):
        return {}
    return {
        "campaigns": Campaign.objects.filter(series=None, next_at__gt=now),
        "series": Series.objects.filter(state=Series.State.RUNNING),
    }


def next_runs(there: Collection[str], senders: Iterable[Application], *, now: datetime) -> list[NextRun]:
    """The next moments, soonest first, of the kinds that are there; `senders` are all applications with their
    corporations.
    """
    asked = {name: name in there for name in ("campaigns", "series")}
    entries = services.next_entries(SHOWN, **asked, senders=senders, now=now) if any(asked.values()) else []
    return [_shown(entry) for entry in entries]


def _shown(entry: Any) -> NextRun:
    return NextRun(
        key=f"{entry.key}",
        name=entry.name,
        kind=" · ".join(word for word in (str(entry.kind.label), entry.note) if word),
        at=entry.at,
        address=reverse("admin:scheduling_campaign_change", args=[entry.key]),
    )
