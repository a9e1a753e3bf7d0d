"""Runs of a span of time, counted by the database: those that a day has often are one group, not a row each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Max, Min, QuerySet, Sum, When
from django.db.models.functions import TruncDate

Zones = Mapping[str, ZoneInfo]
OFTEN = 4  # runs on a day that are one entry


@dataclass(frozen=True, kw_only=True)
class RunGroup:
    """Runs of one campaign or schedule on a day of its own time zone, of which the same became.

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


def run_groups(
    rows: "QuerySet[Any]", at: str, by: Collection[str], *, owner: str, zones: Zones, sums: Collection[str] = ()
) -> list[RunGroup]:
    """The groups of runs with equal values of `by`; `at` is their moment, `owner` leads to what has their time zone."""
    measures = {f"sum_{name}": Sum(name) for name in sums}
    found = (
        rows.order_by()
        .values(owner, *by, day=_day(at, owner, zones))
        .annotate(
            times=Count("pk"),
            first=Min(at),
            last=Max(at),
            lowest=Min("pk"),
            highest=Max("pk"),
            total=Sum("pk"),
            **measures,
        )
    )
    return [
        RunGroup(
            keys=_keys(row),
            times=row["times"],
            first=row["first"],
            last=row["last"],
            sums={name: row[f"sum_{name}"] for name in sums},
        )
        for row in found
    ]


def _keys(row: Mapping[str, Any]) -> tuple[int, ...]:
    """The keys of a few rows, as their least, greatest and sum tell them; of many the first."""
    lowest, highest = row["lowest"], row["highest"]
    if row["times"] >= OFTEN or row["times"] == 1:
        return (lowest,)
    return (lowest, highest) if row["times"] == 2 else (lowest, int(row["total"]) - lowest - highest, highest)


def _day(at: str, owner: str, zones: Zones) -> Any:
    """The day of a run by the clock of its campaign or schedule."""
    days = [When(**{f"{owner}__time_zone": name}, then=TruncDate(at, tzinfo=zone)) for name, zone in zones.items()]
    return Case(*days) if len(days) > 1 else TruncDate(at, tzinfo=next(iter(zones.values()), None))
