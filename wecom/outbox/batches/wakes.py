"""Which tasks have nothing to do, because a batch had their message: each message has a task, and a batch needs one.

Tasks without work would otherwise cost more than the batches: a claim that fails is a statement as dear as one that
does not.
"""

import threading
import time
from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from wecom.models import Outbound

MOST = 10_000  # messages that this process remembers
LATELY = 10.0  # seconds after a batch in which other workers may have batches, too
SURELY = timedelta(seconds=5)  # what is left of a lease that the clocks of two machines agree about

_lock = threading.Lock()
_settled: dict[int, None] = {}
_last_batch = float("-inf")


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
    """Whether the task of a message has nothing to do: by what this process remembers, or by a look at the row.

    The look comes shortly after a batch only, so that a single message takes no more statements than without batches.
    """
    with _lock:
        if key in _settled:
            del _settled[key]
            return True
        if time.monotonic() - _last_batch > LATELY:
            return False
    found = list(Outbound.objects.filter(pk=key).values_list("status", "lease_until"))
    if not found or found[0][0] in Outbound.FINISHED:
        return True
    status, lease_until = found[0]
    return status == Outbound.Status.RUNNING and lease_until is not None and lease_until > timezone.now() + SURELY
