"""Sees that a process died, and frees its leases: a death costs seconds, not the lease.

Every worker writes a heartbeat and looks at the others. On its own machine it asks the system, and knows at once; of
another machine it knows when the heartbeats end.
"""

import logging
import os
import threading
import time
from contextlib import suppress
from datetime import timedelta
from functools import cache

from django.db import DatabaseError, connections, transaction
from django.db.models import Q
from django.db.models.functions import Now

from core.models import WorkerProcess
from core.work import process_identity, sweeper
from core.work.base import database_time_in

logger = logging.getLogger(__name__)

BEAT_SECONDS = 3.0
DEAD_AFTER = timedelta(seconds=15)  # without a heartbeat


@cache
def start() -> "Heart":
    """Register this process, free the leases of the dead, and go on doing so in a thread. Once per process."""
    heart = Heart()
    heart.start()
    return heart


os.register_at_fork(after_in_child=start.cache_clear)  # a fork has no threads


def leave() -> None:
    """This process ends in good order: free what it leaves unfinished."""
    start().stop()
    with suppress(DatabaseError):  # others will see that it has ended
        _free(process_identity.process_token())


def register() -> None:
    """Write the row of this process."""
    pid = os.getpid()
    values = {"machine": process_identity.machine(), "host": process_identity.host(), "pid": pid}
    ticks = process_identity.start_ticks(pid) or 0
    WorkerProcess.objects.get_or_create(token=process_identity.process_token(), defaults={**values, "ticks": ticks})


def beat() -> None:
    """Write the heartbeat. A process that slept for long may have been taken for dead, and registers again."""
    if not WorkerProcess.objects.filter(token=process_identity.process_token()).update(heartbeat_at=Now()):
        register()


def free_dead(*, by_heartbeat: bool) -> int:
    """Free the leases of processes that died, and wake their rows; how many died.

    `by_heartbeat` also takes those of other machines for dead whose heartbeats ended.
    """
    here = Q(machine=process_identity.machine()) & ~Q(machine="")
    others = WorkerProcess.objects.exclude(token=process_identity.process_token())
    dead = [process for process in others.filter(here) if not is_running(process)]
    if by_heartbeat:
        silent = Q(heartbeat_at__lt=database_time_in(-DEAD_AFTER))
        dead += others.exclude(here).filter(silent)
    for process in dead:
        rows = _free(process.token)
        logger.warning("A worker died; others take over its work.", extra={"pid": process.pid, "rows": rows})
    if dead:
        sweeper.sweep(again=True)  # the dead may also have held tasks of rows that they had not claimed yet
    return len(dead)


def is_running(process: WorkerProcess) -> bool:
    """Whether a process of this machine lives; another one with its PID is not it."""
    return process_identity.start_ticks(process.pid) == process.ticks


@transaction.atomic
def _free(token: str) -> int:
    WorkerProcess.objects.filter(token=token).delete()
    return sum(kind.work_rows().free_leases_of(token) for kind in sweeper.work_models())


class Heart(threading.Thread):
    """Writes the heartbeat of this process and looks for dead ones, until the process ends."""

    def __init__(self) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._over = threading.Event()
        self._steady_since: float | None = None

    def stop(self) -> None:
        """Returns when the thread has ended."""
        self._over.set()
        self.join()

    def run(self) -> None:
        self.turn()
        while not self._over.wait(BEAT_SECONDS):
            self.turn()

    def turn(self, now: float | None = None) -> None:
        """One heartbeat and one look at the others. `now` is a time of the monotonic clock."""
        now = time.monotonic() if now is None else now
        try:
            beat()
            if self._steady_since is None:
                self._steady_since = now
            # After an outage of the database all heartbeats are old, until each process has had time for its next.
            free_dead(by_heartbeat=now - self._steady_since > DEAD_AFTER.total_seconds())
        except DatabaseError:
            self._steady_since = None
            logger.debug("No heartbeat was written.", exc_info=True)
        finally:
            connections.close_all()
