"""Counts of the admin's home, which is opened often: large ones are kept for a minute."""

from contextlib import suppress
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet

COUNTED = 10_000
KEPT_SECONDS = 60


def count(name: str, rows: QuerySet[Any]) -> int:
    """The number of rows; if there are more than 10,000, as it was at most a minute ago."""
    figure = rows.order_by().values("pk")[: COUNTED + 1].count()
    return figure if figure <= COUNTED else _kept(f"count:{name}", rows)


def _kept(key: str, rows: QuerySet[Any]) -> int:
    """A cache that is away only costs time."""
    with suppress(Exception):
        found = cache.get(key)
        if isinstance(found, int):
            return found
    figure = rows.count()
    with suppress(Exception):
        cache.set(key, figure, KEPT_SECONDS)
    return figure
