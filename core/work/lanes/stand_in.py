"""A worker of answers takes bulk while no process of the bulk lane lives, so that an update stops nothing silently.

One thread does so, one task at a time: the threads that answer are not asked.
"""

import logging
import threading
import time
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections

from core.work import broker, processes

logger = logging.getLogger(__name__)

PATIENCE = 60.0  # seconds without such a process: one that restarts is back by then
LOOK = 5.0  # seconds between two looks for one
POLL = 0.5  # seconds between two looks into empty queues


class StandIn(threading.Thread):
    """Looks for a process of the bulk lane, and takes its tasks while there is none."""

    def __init__(self) -> None:
        super().__init__(name="bulk-stand-in", daemon=True)
        self._over = threading.Event()
        self._alone_since: float | None = None
        self._stands_in = False

    def stop(self) -> None:
        """End after the task that it is at."""
        self._over.set()

    def run(self) -> None:
        while not self._over.is_set():
            took = self.turn(time.monotonic())
            self._over.wait(0.0 if took else POLL if self._stands_in else LOOK)

    def turn(self, now: float) -> int:
        """Look for a process once, by a time of the monotonic clock, and take tasks for a while if there is none.

        Returns how many.
        """
        try:
            alone = not processes.takers()[broker.BULK]
            self._note(now if alone else None)
            return self._take() if self._stands_in else 0
        except (DatabaseError, InterfaceError, *broker.AWAY):
            logger.debug("Nobody could be stood in for.", exc_info=True)
            return 0
        finally:
            connections.close_all()

    def _note(self, alone_at: float | None) -> None:
        """Begin to stand in, or end it. `alone_at` is when there was no such process."""
        if alone_at is None:
            self._alone_since, self._stands_in = None, False
            return
        if self._alone_since is None:
            self._alone_since = alone_at
        if alone_at - self._alone_since >= PATIENCE and not self._stands_in:
            self._stands_in = True
            logger.warning(
                "No process takes bulk work: this worker does, slowly. Start one with -Q bulk; the doctor tells how.",
                extra={"queue": broker.BULK},
            )

    def _take(self) -> int:
        """Run tasks until it is time to look again, or all queues are empty. Returns how many."""
        ends_at, took = time.monotonic() + LOOK, 0
        connections_: Any = current_app.pool
        with connections_.acquire(block=True) as connection, connection.channel() as channel:
            queues = [current_app.amqp.queues[name](channel) for name in broker.queues_of([broker.BULK])]
            if settings.CELERY_TASK_QUEUE_MAX_PRIORITY:  # RabbitMQ refuses to look into a queue that is not there
                for queue in queues:
                    queue.declare()
            while not self._over.is_set() and time.monotonic() < ends_at:
                messages = [message for queue in queues if (message := queue.get(no_ack=True)) is not None]
                for message in messages:
                    _run(message)
                took += len(messages)
                if not messages:
                    break
        return took


def _run(message: Any) -> None:
    task = current_app.tasks.get(message.headers.get("task"))
    if task is None:
        logger.warning("A task is not known.", extra={"task": message.headers.get("task")})
        return
    arguments, options, _embedded = message.decode()
    task.apply(args=arguments, kwargs=options)  # in this thread; failures are logged


_started: list[StandIn] = []


def start() -> None:
    """Stand in for the bulk lane whenever it is empty, until `stop`."""
    thread = StandIn()
    _started.append(thread)
    thread.start()


def stop() -> None:
    """Take nothing any more."""
    while _started:
        _started.pop().stop()
