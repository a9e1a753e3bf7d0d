"""Tasks of messages that go out in batches: few are published for many messages, and those without work end at once.

A task costs as much as to send a message by batch. Of messages that are queued in a burst every twentieth has one of
its own, so that several workers are called, and the others one together, which comes again while any of them is due.
A task whose message another batch had would claim in vain, which is a statement as dear as one that finds work.
"""

import threading
import time
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from core.work.broker import publish_task
from wecom.models import Outbound
from wecom.outbox.batches import plain

TASK_OF_REPLIES, TASK_OF_BULK = "wecom.deliver_due", "wecom.deliver_bulk_due"  # in a lane each
EVERY = 20  # messages of a burst, of which one has a task of its own
BURST = 0.01  # seconds between two messages of one
MOST = 10_000  # messages that this process remembers
LATELY = 10.0  # seconds after a batch in which other workers may have batches, too
SURELY = timedelta(seconds=5)  # what is left of a lease that the clocks of two machines agree about

_lock = threading.Lock()
_settled: dict[int, None] = {}
_last_batch = float("-inf")
# By application, and whether it is bulk: when the last message was woken, and its number in its burst.
_bursts: dict[tuple[int, bool], tuple[float, int]] = {}


def wake(outbound: Outbound) -> None:
    """Wake a new message once the transaction commits, with others if there are many."""
    if not plain.is_usual(outbound):
        outbound.wake()
        return
    pk, application, bulk = outbound.pk, outbound.application_id, outbound.is_bulk
    transaction.on_commit(lambda: _publish(pk, application, bulk))


def wake_rest(application: int, *, bulk: bool) -> None:
    """Let a worker look for plain messages of an application. Where that is being published, it counts for all."""
    publish_task(TASK_OF_BULK if bulk else TASK_OF_REPLIES, application)


def _publish(pk: int, application: int, bulk: bool) -> None:
    now = time.monotonic()
    with _lock:
        last, number = _bursts.get((application, bulk), (float("-inf"), 0))
        number = number + 1 if now - last < BURST else 0
        _bursts[application, bulk] = now, number
    if number % EVERY:
        wake_rest(application, bulk=bulk)
    else:
        publish_task(Outbound.task, pk, bulk=bulk)


def remember(keys: Iterable[int]) -> None:
    """These messages were settled by a batch; the task of each is still to come.

    Where another worker has had it, the next one is dropped, such as that of a person who sends the message again: the
    sweeper wakes it then.
    """
    global _last_batch  # noqa: PLW0603 - of this process, as what it remembers
    with _lock:
        _last_batch = time.monotonic()
        _settled.update(dict.fromkeys(keys))
        for key in list(_settled)[: max(0, len(_settled) - MOST)]:
            del _settled[key]


def is_over(key: int) -> bool:
    """Whether the task of a message has nothing to do: by the memory of this process, or by a look at the row.

    The look comes shortly after a batch only, so that a single message takes no more statements than without batches.
    """
    with _lock:
        if key in _settled:
            del _settled[key]
            return True
        if time.monotonic() - _last_batch > LATELY:
            return False
    rows = list(Outbound.objects.filter(pk=key).values_list("status", "lease_until"))
    if not rows or rows[0][0] in Outbound.FINISHED:
        return True
    status, lease_until = rows[0]
    return status == Outbound.Status.RUNNING and lease_until is not None and lease_until > timezone.now() + SURELY
