"""Live updates: tells open pages that a row changed. Updates may be lost; pages read the rows, which are the truth."""

import asyncio
import logging
import os
import threading
from dataclasses import dataclass
from queue import Full, Queue
from typing import Any

from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

QUEUE_SIZE = 500  # changes; a full queue means that the broker is down
SEND_TIMEOUT = 5.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change to rows of a group: IDs and numbers only, because listeners read the rest with their own permissions."""

    group: str
    kind: str
    numbers: tuple[tuple[str, int], ...] = ()

    def event(self) -> dict[str, Any]:
        """The message that a consumer's method `live_event` receives."""
        return {"type": "live.event", "group": self.group, "kind": self.kind, **dict(self.numbers)}


class Publisher:
    """Publishes changes from a thread of its own, so that no work waits for the broker."""

    def __init__(self) -> None:
        self._reset()
        # A forked worker inherits the parent's queue but not its thread.
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._changes: Queue[Change] = Queue(QUEUE_SIZE)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, change: Change) -> None:
        """Queue a change; drops it if the queue is full."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="publish", daemon=True)
                self._thread.start()
        try:
            self._changes.put_nowait(change)
        except Full:
            logger.debug("A hint for live pages was dropped.", extra={"group": change.group})

    def _run(self) -> None:
        # One event loop for the life of the thread: the channel layer keeps one connection per loop.
        with asyncio.Runner() as runner:
            while True:
                runner.run(_send(self._changes.get()))


async def _send(change: Change) -> None:
    try:
        async with asyncio.timeout(SEND_TIMEOUT):
            await get_channel_layer().group_send(change.group, change.event())
    except (RedisError, OSError) as error:
        logger.debug("No live page was told.", extra={"group": change.group, "error": type(error).__name__})


publisher = Publisher()


def publish_change(group: str, kind: str, **numbers: int) -> None:
    """Tell open pages that rows of a group changed, once the transaction commits. The broker may be down."""
    change = Change(group=group, kind=kind, numbers=tuple(sorted(numbers.items())))
    transaction.on_commit(lambda: publisher.put(change), robust=True)
