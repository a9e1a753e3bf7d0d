"""The counts of all processes, as rows: one for each series."""

import json
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice

from django.db import connection, transaction

from core.metrics.counts import Series
from core.metrics.levels import SET_AT
from core.models import MetricCount

FORGOTTEN = timedelta(days=1)
BATCH = 200  # rows of a statement: older SQLites take 999 parameters
# Django's `bulk_create` can overwrite a row that is there, and not add to it.
ADD = """
INSERT INTO {table} (name, labels, part, value) VALUES {rows}
ON CONFLICT (name, labels, part) DO UPDATE SET value = {table}.value + excluded.value
"""


@transaction.atomic
def add(amounts: Mapping[Series, float]) -> None:
    """Add amounts to the rows of their series. Rows are locked in one order, so two processes cannot deadlock."""
    rows = iter(sorted((name, json.dumps(labels), part, value) for (name, labels, part), value in amounts.items()))
    with connection.cursor() as cursor:
        while batch := list(islice(rows, BATCH)):
            places = ", ".join(["(%s, %s, %s, %s)"] * len(batch))
            cursor.execute(
                ADD.format(table=MetricCount._meta.db_table, rows=places), [value for row in batch for value in row]
            )


def put(figures: Mapping[Series, float]) -> None:
    """Write figures in place of those before."""
    rows = sorted((name, json.dumps(labels), part, value) for (name, labels, part), value in figures.items())
    MetricCount.objects.bulk_create(
        [MetricCount(name=name, labels=labels, part=part, value=value) for name, labels, part, value in rows],
        update_conflicts=True,
        unique_fields=["name", "labels", "part"],
        update_fields=["value"],
    )


def note(name: str, value: float) -> None:
    """Keep a figure of all processes, in place of the one before, such as when something last ran."""
    put({(name, (), ""): value})


def noted(name: str) -> float | None:
    """The figure of this name; None if nothing was noted."""
    return MetricCount.objects.filter(name=name, labels="[]", part="").values_list("value", flat=True).first()


def read() -> Iterator[tuple[Series, float]]:
    """Every series and its count."""
    for name, labels, part, value in MetricCount.objects.values_list("name", "labels", "part", "value"):
        yield (name, tuple(json.loads(labels)), part), value


def delete_old_levels(now: float | None = None) -> None:
    """Delete the levels that were set long ago, mostly by containers that have another name since."""
    before = (time.time() if now is None else now) - FORGOTTEN.total_seconds()
    old = MetricCount.objects.filter(part=SET_AT, value__lt=before).values_list("name", "labels")
    for name, labels in old:
        MetricCount.objects.filter(name=name, labels=labels).delete()
