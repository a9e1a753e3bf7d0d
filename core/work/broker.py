"""Publishes tasks to the broker by name, from a thread, so that waking a row never waits for the broker.

A task goes to a queue of its lane: answers, bulk, or videos. `TASK_QUEUES` names it.
"""

import atexit
import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from amqp.exceptions import AMQPError
from celery import current_app
from django.conf import settings
from kombu.exceptions import ChannelError, KombuError
from redis.exceptions import RedisError

from core.background_queue import BackgroundQueue

logger = logging.getLogger(__name__)

# Errors of a broker that is away, or has no room. RedisError: its memory is full.
AWAY = (KombuError, OSError, RedisError, AMQPError)
QUEUE_SIZE = 10_000  # tasks; a full queue means that the broker is down
BATCH = 100  # tasks that are sent at once
LINGER = 0.005  # seconds that a task waits for others, so that many share a call of the broker under load
ENOUGH = 10_000  # tasks of a queue: its workers are busy for a while
DEFAULT, BULK, RENDER = "default", "bulk", "render"  # the lanes
FLUSH_SECONDS = 1.0  # at the end of a process, for commands that wake rows

Wake = tuple[str, int, bool]

_away = threading.Event()  # set after the broker has refused the latest task


@contextmanager
def _sender() -> Iterator[Callable[[list[Wake]], None]]:
    yield _send


def _send(wakes: list[Wake]) -> None:
    try:
        producers: Any = current_app.producer_pool  # the stubs lack `batch`
        with producers.acquire(block=True) as producer, producer.batch():
            for wake in wakes:
                _publish(producer, *wake)
        _away.clear()
    except AWAY as error:
        # Each attempt may take seconds. The sweeper finds the rows of all queued tasks.
        _away.set()
        publisher.clear()
        name, pk, _bulk = wakes[0]
        fields = {"task": name, "pk": pk, "tasks": len(wakes)}
        logger.warning("The broker is away; the sweeper will wake this row.", extra=fields)
        logger.debug("The broker said so.", extra={"error": type(error).__name__})


def _publish(producer: Any, name: str, pk: int, bulk: bool) -> None:
    """The same as `send_task`, without a look-up for each message of the values that all share: half of its time."""
    amqp: Any = current_app.amqp
    message = amqp.as_task_v2(str(uuid.uuid4()), name, args=[pk])
    queue = queue_of(name, bulk=bulk)
    # The queues of the bulk lane are taken in turn, and only among equal priorities.
    waits = bulk and lane_of(queue) != BULK
    priority = settings.BULK_PRIORITY if waits else settings.CELERY_TASK_DEFAULT_PRIORITY
    # Redis has nothing to declare. RabbitMQ loses tasks for a missing queue; kombu remembers declared ones.
    declare: list[Any] | None = None if settings.CELERY_TASK_QUEUE_MAX_PRIORITY else []
    amqp.send_task_message(producer, name, message, queue=queue, retry=False, declare=declare, priority=priority)


@cache
def queue_of(task: str, *, bulk: bool = False) -> str:
    """The queue of a task; for a `bulk` row of the lane of answers, the queue of bulk messages."""
    route = current_app.amqp.router.route({}, task)
    queue = str(route["queue"].name)
    return settings.BULK_MESSAGES if bulk and lane_of(queue) == DEFAULT else queue


def lane_of(queue: str) -> str:
    return queue.partition(".")[0]


def queues_of(names: Iterable[str]) -> list[str]:
    """The queues with these names, and for the name of a lane all of its queues."""
    known = settings.TASK_QUEUES
    return list(dict.fromkeys(queue for name in names for queue in [name, *known] if name in (queue, lane_of(queue))))


publisher: BackgroundQueue[Wake] = BackgroundQueue("wake", _sender, size=QUEUE_SIZE, batch=BATCH, linger=LINGER)
atexit.register(publisher.flush, FLUSH_SECONDS)


def publish_task(name: str, pk: int, *, bulk: bool = False, after: float = 0.0) -> None:
    """Queue a task by name, and return at once. The broker may be down or hang.

    `bulk` says that its row may wait: it goes to the bulk lane, and in the lane of videos behind the others. `after`
    some seconds, unless this process ends before: then the sweeper wakes the row.
    """
    if not after:
        publisher.put((name, pk, bulk))
        return
    timer = threading.Timer(after, publisher.put, [(name, pk, bulk)])
    timer.daemon = True
    timer.start()


def has_room(queue: str) -> bool:
    """Whether a queue can do with more, now that all of this process is in it; no without a broker."""
    try:
        return publisher.flush(FLUSH_SECONDS) and not _away.is_set() and _length(queue) < ENOUGH
    except AWAY:
        return False


def _length(queue: str) -> int:
    connections: Any = current_app.pool  # the stubs know no channels that end
    with connections.acquire(block=True) as connection, connection.channel() as channel:
        try:
            return int(channel.queue_declare(queue=queue, passive=True).message_count)
        except ChannelError:  # Redis knows no empty queues, RabbitMQ none that no worker has declared
            return 0
