"""What goes out next, for the admin's home."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from scheduling import services

SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class NextRun:
    """The next moment of a campaign, a step of a series or a schedule; `kind` says which of them."""

    key: str
    name: str
    kind: str
    at: datetime
    address: str


def next_runs(may: Any) -> list[NextRun]:
    """The next moments, soonest first, of what an account may see."""
    seen = {f"{name}s": may(f"scheduling.view_{name}") for name in ("campaign", "schedule")}
    return [_shown(entry) for entry in services.next_entries(SHOWN, **seen)]


def _shown(entry: Any) -> NextRun:
    model = "campaign" if entry.of_campaign else "schedule"
    return NextRun(
        key=f"{model}-{entry.key}",
        name=entry.name,
        kind=" · ".join(word for word in (str(entry.kind.label), entry.note) if word),
        at=entry.at,
        address=reverse(f"admin:scheduling_{model}_change", args=[entry.key]),
    )
