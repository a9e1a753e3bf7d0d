"""Many rows of one kind of work under one lease: claimed, changed and settled in one statement each.

The lease is named by its owner, which is random for each claim. So the owner alone fences the writes here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Min, Q
from django.utils import timezone

from core.work.base import W, Work, WorkQuerySet
from core.work.updates import update_each, update_returning


def claim(kind: type[W], keys: Sequence[int], *, owner: str, now: datetime, given: Q) -> list[W]:
    """Lease those of these rows that may be claimed and meet `given`, in the order of `keys`, as `Work.claim` does.

    `owner` is the one of a lease that this worker has. The rows are locked in the order of their IDs first, so that two
    workers who want the same ones wait for each other and do not deadlock.
    """
    free = kind.work_rows().claimable(now).filter(given, pk__in=keys)
    with transaction.atomic():
        locked = list(free.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
        rows = update_returning(kind.work_rows().filter(pk__in=locked), **kind.claimed_by(owner)) if locked else []
    for row in rows:
        row.begin_attempt()
    place = {pk: number for number, pk in enumerate(keys)}
    return sorted(rows, key=lambda row: place[row.pk])


def update_leased(rows: Sequence[W], each: Mapping[int, Mapping[str, Any]] | None = None, **fields: Any) -> list[W]:
    """Update rows of one lease, with values for all and for `each` by its ID; those that are still leased."""
    if not rows:
        return []
    mine = _mine(rows)
    if each is None:
        kept = {row.pk for row in update_returning(mine, **fields)}
    else:
        kept = update_each(mine, {row.pk: each[row.pk] for row in rows}, **fields)
    ours = [row for row in rows if row.pk in kept]
    for row in ours:
        row.assign({**fields, **(each[row.pk] if each is not None else {})})
    return ours


def settle(
    rows: Sequence[W], status: "Work.Status", each: Mapping[int, Mapping[str, Any]] | None = None, **fields: Any
) -> list[W]:
    """Finish rows of one lease as `Work.settle` does, and wake the next rows; returns the rows that were still leased.

    Call it inside the transaction that writes the results.
    """
    fields |= {"status": status, "reason": "", "finished_at": timezone.now()}
    ours = update_leased(rows, each, **fields, lease_owner="", lease_until=None)
    for row in ours:
        row.end_attempt(status)
    _wake_next(ours)
    return ours


def put_back(rows: Sequence[W], *, wakes: bool = True, **fields: Any) -> list[W]:
    """Return rows of one lease to the queue at once, as if they had not been claimed; those that were still leased.

    With `wakes=False` the caller wakes one that takes the others along.
    """
    fields |= {"status": Work.Status.QUEUED, "woken_at": None, "lease_owner": "", "lease_until": None}
    ours = update_leased(rows, None, **fields, attempts=F("attempts") - 1)
    for row in ours:
        row.end_attempt(Work.Status.QUEUED)
        if wakes:
            row.wake()
    return ours


def leased(rows: Sequence[W]) -> set[int]:
    """The IDs of those that are still leased."""
    return set(_mine(rows).values_list("pk", flat=True)) if rows else set()


def _mine(rows: Sequence[W]) -> "WorkQuerySet[W]":
    owner = rows[0].lease_owner
    return (
        type(rows[0]).work_rows().filter(pk__in=[row.pk for row in rows], status=Work.Status.RUNNING, lease_owner=owner)
    )


def _wake_next(rows: Sequence[W]) -> None:
    """Wake the next row of each order key. Rows that gave way are no one's next: they wait for something else."""
    keys = {row.order_key for row in rows} - {""}
    if not keys:
        return
    kind = type(rows[0])
    later = kind.work_rows().filter(order_key__in=keys, status=Work.Status.QUEUED, gave_way=False)
    firsts = later.order_by().values("order_key").annotate(first=Min("pk")).values("first")
    for row in kind.work_rows().filter(pk__in=firsts):
        row.wake()
