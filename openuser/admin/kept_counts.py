"""Counts of the admin's home, which is opened often: one statement for all, and large ones are kept for a minute."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet

COUNTED = 10_000
KEPT_SECONDS = 60


def counts(rows: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """The numbers of rows by name; of more than 10,000, as it was at most a minute ago."""
    if not rows:
        return {}
    parts, values = [], list[Any]()
    for some in rows.values():
        sql, params = some.order_by().values("pk")[: COUNTED + 1].query.sql_with_params()
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) counted)")  # noqa: S608 - Django's SQL, with parameters
        values += params
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        figures = dict(zip(rows, cursor.fetchone() or (), strict=True))
    return {name: figure if figure <= COUNTED else _kept(name, rows[name]) for name, figure in figures.items()}


def _kept(name: str, rows: QuerySet[Any]) -> int:
    """A cache that is away only costs time."""
    key = f"count:{name}"
    with suppress(Exception):
        found = cache.get(key)
        if isinstance(found, int):
            return found
    figure = rows.count()
    with suppress(Exception):
        cache.set(key, figure, KEPT_SECONDS)
    return figure
