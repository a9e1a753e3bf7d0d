"""Finds work that nothing woke: rows that are due, and rows whose lease expired."""

from collections.abc import Iterator
from datetime import datetime

from django.apps import apps
from django.utils import timezone

from core.work.base import W, Work, WorkQuerySet
from core.work.broker import publish_task

SWEEP_LIMIT = 500


def work_models() -> Iterator[type[Work]]:
    """Every installed model that is a kind of work."""
    return (model for model in apps.get_models() if issubclass(model, Work))


def sweep(now: datetime | None = None, *, again: bool = False) -> int:
    """Wake rows that are due or whose lease expired, `again` also those that were woken recently. Returns how many.

    Safe to run in several processes at once.
    """
    now = now or timezone.now()
    woken = 0
    for kind in work_models():
        rows = kind.work_rows().claimable(now) if again else kind.work_rows().to_wake(now)
        woken += wake_rows(kind, rows, now)
    return woken


def wake_rows(kind: type[W], rows: WorkQuerySet[W], now: datetime) -> int:
    """Queue the tasks of rows, urgent ones first, and at most `SWEEP_LIMIT`. Returns how many."""
    priority = ["priority"] if kind.has_priority else []
    order = [f"-{name}" for name in priority] + ["due_at", "pk"]
    due = list(rows.order_by(*order).only("pk", *priority)[:SWEEP_LIMIT])
    kind.work_rows().filter(pk__in=[row.pk for row in due]).update(woken_at=now)
    for row in due:
        publish_task(kind.task, row.pk, bulk=row.is_bulk)
    return len(due)
