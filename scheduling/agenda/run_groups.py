"""Runs of a span of time, counted by the database: those that a day has often are one group, not a row each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import Count, Expression, F, IntegerField, Max, Min, QuerySet, Sum, Value
from django.db.models.functions import TruncDate

OFTEN = 4  # runs on a day that are one entry
FIGURES = ("planned", "sent", "failed")


@dataclass(frozen=True, kw_only=True)
class RunGroup:
    """Runs of one campaign or schedule on a day, of which the same became.

    `keys` are the rows to show: all of a few, the first of many. `sums` are of all of them, where runs have figures.
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


@dataclass(frozen=True, kw_only=True)
class Source:
    """Runs of one kind: the names of their moment and of their campaign or schedule, and their outcome, as a text."""

    rows: "QuerySet[Any]"
    at: str
    owner: str
    became: F | Expression
    has_figures: bool = False


def run_groups(sources: Sequence[Source], zone: tzinfo) -> list[list[RunGroup]]:
    """The groups of each source, by the days of a time zone; one statement counts all of them."""
    groups: list[list[RunGroup]] = [[] for _source in sources]
    first, *more = [_grouped(source, number, zone) for number, source in enumerate(sources)]
    for row in first.union(*more, all=True):
        groups[row["source"]].append(
            RunGroup(
                keys=_keys(row),
                times=row["times"],
                first=row["first"],
                last=row["last"],
                sums={name: row[f"sum_{name}"] for name in FIGURES},
            )
        )
    return groups


def _grouped(source: Source, number: int, zone: tzinfo) -> "QuerySet[Any, dict[str, Any]]":
    none = Value(0, output_field=IntegerField())
    by = (source.owner, "reason")
    apart = {
        "became": source.became,
        "day": TruncDate(source.at, tzinfo=zone),
        "source": Value(number, output_field=IntegerField()),
    }
    grouped: QuerySet[Any, dict[str, Any]] = (
        source.rows.order_by()
        .values(*by, **apart)
        .annotate(
            times=Count("pk"),
            first=Min(source.at),
            last=Max(source.at),
            lowest=Min("pk"),
            highest=Max("pk"),
            total=Sum("pk"),
            **{f"sum_{name}": Sum(name) if source.has_figures else none for name in FIGURES},
        )
    )
    return grouped


def _keys(row: Mapping[str, Any]) -> tuple[int, ...]:
    """The keys of a few rows, as their least, greatest and sum tell them; of many the first."""
    lowest, highest = row["lowest"], row["highest"]
    if row["times"] >= OFTEN or row["times"] == 1:
        return (lowest,)
    return (lowest, highest) if row["times"] == 2 else (lowest, int(row["total"]) - lowest - highest, highest)
