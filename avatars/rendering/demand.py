"""The demand for videos and narrations: work without a waiting row ends.

Apps above register conditions on their waiting rows (`register`). Demand follows from state, however the waiting
ended: the worker asks while it works, the sweeper asks about the queue, and code that ends the waiting of many rows
calls `cancel_unwanted`.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from avatars.models import Narration, Render
from avatars.reasons.render import Reason
from avatars.signals import renders_unwanted
from core.work.base import Work

Condition = Callable[[], Any]
AT_ONCE = 2000  # rows in a transaction: bounds its locks

_waiters: dict[type[Work], list[Condition]] = defaultdict(list)


def register(kind: type[Work], condition: Condition) -> None:
    """Rows of this kind are waited for while this condition holds, such as `Exists(…)` with `OuterRef("pk")`."""
    _waiters[kind].append(condition)


def unwanted(kind: type[Work]) -> QuerySet[Any]:
    """The unfinished rows of a kind without a waiting row; none before an app has registered a condition."""
    rows: QuerySet[Any] = kind._default_manager.filter(status__in=Work.UNFINISHED)
    if not _waiters[kind]:
        return rows.none()
    if kind is Render:
        rows = rows.filter(ends_unwanted=True)
    return rows.filter(~_awaited(kind))


def _awaited(kind: type[Work]) -> Q:
    return reduce(or_, (Q(condition()) for condition in _waiters[kind]))


def is_awaited(render: Render) -> bool:
    """Whether a row waits for a render, or for a later product of the finished render."""
    return bool(_waiters[Render]) and Render.objects.filter(_awaited(Render), pk=render.pk).exists()


def is_wanted(row: Work) -> bool:
    """Whether an unfinished row is awaited, or was requested outright."""
    return not unwanted(type(row)).filter(pk=row.pk).exists()


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The demand for a render while it is made: whether a row waits for it, and its present priority."""

    is_wanted: bool
    priority: int


def standing_of(render: Render) -> Standing | None:
    """Its standing, None where its worker has lost it."""
    mine = Render.objects.filter(
        pk=render.pk, status=Render.Status.RUNNING, lease_owner=render.lease_owner, attempts=render.attempts
    )
    unwanted_row = unwanted(Render).filter(pk=OuterRef("pk"))
    standing = mine.annotate(is_unwanted=Exists(unwanted_row)).values_list("is_unwanted", "priority").first()
    return None if standing is None else Standing(is_wanted=not standing[0], priority=standing[1])


def cancel_unwanted(kind: type[Work], rows: QuerySet[Any] | None = None) -> int:
    """Cancel unwanted work among `rows`, else among all; returns the number. Their workers stop within a second.

    A row that gains a waiting row at this moment is kept: it is locked until then.
    """
    renders = unwanted(kind) if rows is None else unwanted(kind).filter(pk__in=rows.values("pk"))
    keys = sorted(renders.values_list("pk", flat=True))
    return sum(_cancel(kind, keys[place : place + AT_ONCE]) for place in range(0, len(keys), AT_ONCE))


@transaction.atomic
def _cancel(kind: type[Work], keys: Sequence[int]) -> int:
    # Two statements: a row that was locked for a new waiting row is read anew, by a statement that sees that row.
    rows = kind._default_manager.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",), skip_locked=True)
    locked = list(rows.values_list("pk", flat=True))
    ended = {"status": Work.Status.CANCELLED, "reason": Reason.UNWANTED, "finished_at": timezone.now()}
    left = list(unwanted(kind).filter(pk__in=locked).values_list("pk", flat=True))
    count = kind._default_manager.filter(pk__in=left).update(**ended, lease_owner="", lease_until=None)
    if count and kind is Render:
        renders_unwanted.send(Render, renders=left)
    return count


KINDS = (Render, Narration)


def cancel_all_unwanted() -> int:
    """Cancel all unwanted work; called by the sweeper."""
    return sum(cancel_unwanted(kind) for kind in KINDS)
