"""Counts of the admin's home, which is opened often: one statement for all, and large ones are kept for a minute.

The same statement tells which of its parts have something to show, so that the others ask nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from core.storage import lenient_cache

COUNTED = 10_000
KEPT_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Look:
    """The counts: the numbers of rows by name, and the names of those that have a row."""

    figures: Mapping[str, int]
    there: frozenset[str]


def look(counted: Mapping[str, QuerySet[Any]], sought: Mapping[str, QuerySet[Any]]) -> Look:
    """The numbers of rows of `counted`, large ones at most a minute old; and the names of `sought` with rows."""
    parts, values = [], list[Any]()
    for rows, most in (*((rows, COUNTED + 1) for rows in counted.values()), *((rows, 1) for rows in sought.values())):
        try:
            sql, params = rows.order_by().values("pk")[:most].query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) counted)")  # noqa: S608 - Django's SQL, with parameters
        values += params
    if not parts:
        return Look(figures={}, there=frozenset())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        counts = list(cursor.fetchone() or ())
    figures = {
        name: figure
        if figure <= COUNTED
        else lenient_cache.kept(f"count:{name}", counted[name].count, seconds=KEPT_SECONDS)
        for name, figure in zip(counted, counts, strict=False)
    }
    there = (name for name, number in zip(sought, counts[len(counted) :], strict=True) if number)
    return Look(figures=figures, there=frozenset(there))
