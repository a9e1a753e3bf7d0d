"""Runs of a span of time, counted by the database: those that a day has often are one group, not a row each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import Case, CharField, Count, Max, Min, QuerySet, Sum, Value, When
from django.db.models.functions import TruncDate

from scheduling.models import CampaignRun

OFTEN = 4  # runs on a day that are one entry
FIGURES = ("planned", "sent", "failed")


@dataclass(frozen=True, kw_only=True)
class RunGroup:
    """Runs of one campaign on a day, of which the same became.

    `keys` are the rows to show: all of a few, the first of many. `sums` are of all of them.
    """

    keys: tuple[int, ...]
    times: int
    first: datetime
    last: datetime
    sums: Mapping[str, int]

    @property
    def is_together(self) -> bool:
        """Whether they are one entry."""
        return self.times >= OFTEN


def run_groups(runs: "QuerySet[CampaignRun]", zone: tzinfo) -> list[RunGroup]:
    """The groups of these runs, by the days of a time zone."""
    went = Case(When(ended_at=None, then=Value("")), default=Value("ended"), output_field=CharField())
    groups: Any = (
        runs.order_by()
        .values("campaign", "reason", became=went, day=TruncDate("moment", tzinfo=zone))
        .annotate(
            times=Count("pk"),
            first=Min("moment"),
            last=Max("moment"),
            lowest=Min("pk"),
            highest=Max("pk"),
            total=Sum("pk"),
            **{f"sum_{name}": Sum(name) for name in FIGURES},
        )
    )
    return [
        RunGroup(
            keys=_keys(row),
            times=row["times"],
            first=row["first"],
            last=row["last"],
            sums={name: row[f"sum_{name}"] for name in FIGURES},
        )
        for row in groups
    ]


def _keys(row: Mapping[str, Any]) -> tuple[int, ...]:
    """The keys of a few rows, as their least, greatest and sum tell them; of many the first."""
    lowest, highest = row["lowest"], row["highest"]
    if row["times"] >= OFTEN or row["times"] == 1:
        return (lowest,)
    return (lowest, highest) if row["times"] == 2 else (lowest, int(row["total"]) - lowest - highest, highest)
