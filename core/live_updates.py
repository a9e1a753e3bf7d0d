"""Tells live pages that a row has changed. What is told is a hint: the rows are the truth, and a hint may be lost."""

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

WAITING = 500  # hints; more than that waiting means that the broker is away
PATIENCE = 5.0  # seconds for one hint


@dataclass(frozen=True, kw_only=True)
class Hint:
    """Something happened to rows of a group. Only IDs and numbers: whoever listens reads the rest as far as it may."""

    group: str
    kind: str
    numbers: tuple[tuple[str, int], ...] = ()

    def event(self) -> dict[str, Any]:
        """As a consumer receives it, in its method `live_event`."""
        return {"type": "live.event", "group": self.group, "kind": self.kind, **dict(self.numbers)}


class Publisher:
    """Passes hints on from a thread of its own, so that no work ever waits for the broker."""

    def __init__(self) -> None:
        self._forget()
        # A forked worker has the parent's queue, but not its thread.
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        self._hints: Queue[Hint] = Queue(WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, hint: Hint) -> None:
        """Pass on soon; dropped where too many wait already."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="publish", daemon=True)
                self._thread.start()
        try:
            self._hints.put_nowait(hint)
        except Full:
            logger.debug("A hint for live pages was dropped.", extra={"group": hint.group})

    def _run(self) -> None:
        # One loop for the life of the thread: the layer keeps one connection per loop.
        with asyncio.Runner() as runner:
            while True:
                runner.run(_send(self._hints.get()))


async def _send(hint: Hint) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await get_channel_layer().group_send(hint.group, hint.event())
    except (RedisError, OSError) as error:
        logger.debug("No live page was told.", extra={"group": hint.group, "error": type(error).__name__})


publisher = Publisher()


def tell(group: str, kind: str, **numbers: int) -> None:
    """Tell whoever looks at rows of a group, once the transaction commits. A broker that is away changes nothing."""
    hint = Hint(group=group, kind=kind, numbers=tuple(sorted(numbers.items())))
    transaction.on_commit(lambda: publisher.put(hint), robust=True)
