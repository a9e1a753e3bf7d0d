"""Finds work without a wake: rows that are due, and rows whose lease expired.

The bulk lane sweeps for itself, so that thousands of its rows delay no answer.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Part:
    """The rows of a kind that run in one lane: all, or of a kind with bulk rows either these or the others."""

    kind: type[Work]
    is_bulk: bool | None = None

    @property
    def lane(self) -> str:
        """Where they run."""
        return broker.lane_of(self.queue)

    @property
    def queue(self) -> str:
        """Where their tasks wait."""
        return broker.queue_of(self.kind.task, bulk=bool(self.is_bulk))

    def among(self, rows: WorkQuerySet[W]) -> WorkQuerySet[W]:
        """Those of the kind's rows that are of this part."""
        if self.is_bulk is None:
            return rows
        return rows.filter(priority__lt=0) if self.is_bulk else rows.filter(priority__gte=0)


def parts() -> Iterator[Part]:
    """All work, by kind and lane."""
    for kind in work_models():
        urgent, bulk = Part(kind, is_bulk=False), Part(kind, is_bulk=True)
        yield from (urgent, bulk) if kind.has_priority and urgent.lane != bulk.lane else (Part(kind),)


def sweep(now: datetime | None = None, *, again: bool = False, bulk: bool | None = None) -> int:
    """Wake rows that are due or whose lease expired, `again` also those that were woken recently. Returns how many.

    `bulk` confines it to the bulk lane, or to the others. The kinds take turns, so that none waits for the end of
    another. Further turns follow until all rows are woken, the queue of a kind has enough tasks, or half of the time
    until the next sweep is over.

    Safe to run in several processes at once.
    """
    now = now or timezone.now()
    ends_at = time.monotonic() + settings.SWEEP_SECONDS / 2
    woken, left = 0, [part for part in parts() if bulk is None or (part.lane == broker.BULK) == bulk]
    while left:
        counts = {part: wake_rows(part.kind, part.among(_rows(part.kind, now, again=again)), now) for part in left}
        woken += sum(counts.values())
        more = [part for part, count in counts.items() if count == SWEEP_LIMIT]
        left = [part for part in more if broker.has_room(part.queue)] if time.monotonic() < ends_at else []
    if not bulk:
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
