"""Finds work that nothing woke: rows that are due, and rows whose lease expired."""

import time
from collections.abc import Iterator
from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from core.metrics.rows import note
from core.work import broker, metrics
from core.work.base import W, Work, WorkQuerySet

SWEEP_LIMIT = 500  # rows of a kind at a time
LAST_RUN = "sweeper_last_run"


def work_models() -> Iterator[type[Work]]:
    """Every installed model that is a kind of work."""
    return (model for model in apps.get_models() if issubclass(model, Work))


def sweep(now: datetime | None = None, *, again: bool = False) -> int:
    """Wake rows that are due or whose lease expired, `again` also those that were woken recently. Returns how many.

    The kinds take turns, so that none waits for the end of another. Further turns follow until all rows are woken, the
    queue of a kind has enough tasks, or half of the time until the next sweep is over.

    Safe to run in several processes at once.
    """
    now = now or timezone.now()
    ends_at = time.monotonic() + settings.SWEEP_SECONDS / 2
    woken, kinds = 0, list(work_models())
    while kinds:
        counts = {kind: wake_rows(kind, _rows(kind, now, again=again), now) for kind in kinds}
        woken += sum(counts.values())
        more = [kind for kind, count in counts.items() if count == SWEEP_LIMIT]
        kinds = [kind for kind in more if broker.has_room(kind.task)] if time.monotonic() < ends_at else []
    note(LAST_RUN, now.timestamp())
    return woken


def wake_rows(kind: type[W], rows: WorkQuerySet[W], now: datetime) -> int:
    """Queue the tasks of rows, urgent ones first, and at most `SWEEP_LIMIT`. Returns how many."""
    priority = ["priority"] if kind.has_priority else []
    order = [f"-{name}" for name in priority] + ["due_at", "pk"]
    due = list(rows.order_by(*order).only("pk", "status", *priority)[:SWEEP_LIMIT])
    if not due:
        return 0
    kind.work_rows().filter(pk__in=[row.pk for row in due]).update(woken_at=now)
    silent = sum(row.status == Work.Status.RUNNING for row in due)
    if silent:
        metrics.LEASE_EXPIRED.add(kind._meta.label_lower, amount=silent)
    for row in due:
        broker.publish_task(kind.task, row.pk, bulk=row.is_bulk)
    return len(due)


def _rows(kind: type[W], now: datetime, *, again: bool) -> WorkQuerySet[W]:
    if not again:
        return kind.work_rows().to_wake(now)
    return kind.work_rows().claimable(now).filter(Q(woken_at=None) | ~Q(woken_at=now))  # not those of this sweep
