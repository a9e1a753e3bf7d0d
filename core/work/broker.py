"""Publishes tasks to the broker by name, from a thread, so that waking a row never waits for the broker."""

import atexit
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from celery import current_app
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from core.background_queue import BackgroundQueue

logger = logging.getLogger(__name__)

LOWEST_PRIORITY = 9  # with Redis, priority 0 comes first
QUEUE_SIZE = 10_000  # tasks; a full queue means that the broker is down
FLUSH_SECONDS = 1.0  # at the end of a process, for commands that wake rows

Wake = tuple[str, int, bool]


@contextmanager
def _sender() -> Iterator[Callable[[Wake], None]]:
    yield _send


def _send(wake: Wake) -> None:
    name, pk, bulk = wake
    try:
        current_app.send_task(name, args=[pk], retry=False, priority=LOWEST_PRIORITY if bulk else None)
    except (OperationalError, OSError, RedisError) as error:  # RedisError: the memory of the broker is full
        # Each attempt may take seconds. The sweeper finds the rows of all queued tasks.
        publisher.clear()
        logger.warning("The broker is away; the sweeper will wake this row.", extra={"task": name, "pk": pk})
        logger.debug("The broker said so.", extra={"error": type(error).__name__})


publisher: BackgroundQueue[Wake] = BackgroundQueue("wake", _sender, size=QUEUE_SIZE)
atexit.register(publisher.flush, FLUSH_SECONDS)


def publish_task(name: str, pk: int, *, bulk: bool = False) -> None:
    """Queue a task by name, bulk with the lowest priority, and return at once. The broker may be down or hang."""
    publisher.put((name, pk, bulk))
