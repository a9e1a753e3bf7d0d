"""Live updates: tells open pages that a row changed. Updates may be lost; pages read the rows, which are the truth."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

from core.background_queue import BackgroundQueue

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


@contextmanager
def _sender() -> Iterator[Callable[[list[Change]], None]]:
    # One event loop for the life of the thread: the channel layer keeps one connection per loop.
    with asyncio.Runner() as runner:
        yield lambda changes: runner.run(_send(changes[0]))


async def _send(change: Change) -> None:
    try:
        async with asyncio.timeout(SEND_TIMEOUT):
            await get_channel_layer().group_send(change.group, change.event())
    except (RedisError, OSError) as error:
        logger.debug("No live page was told.", extra={"group": change.group, "error": type(error).__name__})


publisher: BackgroundQueue[Change] = BackgroundQueue("live", _sender, size=QUEUE_SIZE)


def publish_change(group: str, kind: str, **numbers: int) -> None:
    """Tell open pages that rows of a group changed, once the transaction commits. The broker may be down."""
    change = Change(group=group, kind=kind, numbers=tuple(sorted(numbers.items())))
    transaction.on_commit(lambda: _put(change), robust=True)


def _put(change: Change) -> None:
    if not publisher.put(change):
        logger.debug("A hint for live pages was dropped.", extra={"group": change.group})
