"""Sees that a process died, and frees its leases: a death costs seconds, not the lease.

Every worker looks at the others. On its own machine it asks the system, and knows at once. Of another machine it knows
on PostgreSQL by a lock that ends with its process; elsewhere, when the heartbeats end.
"""

import logging
import math
import os
import threading
import time
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections, transaction
from django.db.models import Q
from django.db.models.functions import Now

from core.models import WorkerProcess
from core.work import broker, life_lock, process_identity, sweeper
from core.work.clock import database_time_in

logger = logging.getLogger(__name__)

BEAT_SECONDS = 3.0
SILENT_AFTER = timedelta(seconds=30)  # without a round of the loop that takes tasks, for who asks from outside
DEAD_AFTER = timedelta(seconds=15)  # without a heartbeat, where there are no locks
LOOK_SECONDS = 1.0  # where there are
DEAD_UNLOCKED = 3.0  # seconds without a lock, which a living process that lost its connection takes back in one
RECOVERY = 5.0  # seconds after an outage of the database in which the living take their locks back


class _Loop:
    """The loop that takes tasks in this process, if it is a worker's main one."""

    queues = ""
    at = -math.inf


_loop = _Loop()


@cache
def start() -> "Heart":
    """Register this process, free the leases of the dead, and go on doing so in a thread. Once per process."""
    heart = Heart()
    heart.start()
    return heart


os.register_at_fork(after_in_child=start.cache_clear)  # a fork has no threads


def takes_from(queues: Collection[str]) -> None:
    """This process takes tasks from these queues. Called before `start`."""
    _loop.queues = ",".join(sorted(queues))


def takes_bulk_only() -> bool:
    """Whether this process takes tasks of the bulk lane only."""
    return {broker.lane_of(queue) for queue in _loop.queues.split(",")} == {broker.BULK}


def went_round() -> None:
    """The loop that takes tasks goes round. Called by it, every few seconds."""
    _loop.at = time.monotonic()
    pulse()


def pulse() -> None:
    """Touch the file by whose age a container tells that its process works, if there is one."""
    if settings.PULSE_FILE:
        with suppress(OSError):  # a full disk: the file grows old, as for a process that has stopped
            Path(settings.PULSE_FILE).touch()


def leave() -> None:
    """End this process in good order: free its unfinished rows."""
    start().stop()
    with suppress(DatabaseError):  # others will see that it has ended
        _free(process_identity.process_token())


def register(*, locked: bool = False) -> None:
    """Write the row of this process. `locked` says that it holds its lock."""
    pid = os.getpid()
    values = {"machine": process_identity.machine(), "host": process_identity.host(), "pid": pid, "locked": locked}
    values["queues"] = _loop.queues
    ticks = process_identity.start_ticks(pid) or 0
    WorkerProcess.objects.get_or_create(token=process_identity.process_token(), defaults={**values, "ticks": ticks})


def beat(*, locked: bool = False) -> None:
    """Write the heartbeat. A process that slept for long may have been taken for dead, and registers again."""
    looped = {"looped_at": Now()} if time.monotonic() - _loop.at < 2 * BEAT_SECONDS else {}
    if not WorkerProcess.objects.filter(token=process_identity.process_token()).update(heartbeat_at=Now(), **looped):
        register(locked=locked)


def unlocked() -> set[str]:
    """The tokens of processes of other machines that held a lock and hold none."""
    locked = WorkerProcess.objects.filter(locked=True).exclude(_here()).values_list("token", flat=True)
    tokens = set(locked) - {process_identity.process_token()}
    return tokens - life_lock.held() if tokens else tokens


def free_dead(unlocked: Collection[str] = (), *, by_heartbeat: bool) -> int:
    """Free the leases of processes that died, and wake their rows; how many died.

    Args:
        unlocked: tokens of other machines' processes that are dead because their locks ended.
        by_heartbeat: also take those of other machines for dead that have no locks and whose heartbeats ended.
    """
    others = WorkerProcess.objects.exclude(token=process_identity.process_token())
    dead = [process for process in others.filter(_here()) if not is_running(process)]
    signs = Q(token__in=unlocked)
    if by_heartbeat:
        signs |= Q(locked=False, heartbeat_at__lt=database_time_in(-DEAD_AFTER))
    dead += others.exclude(_here()).filter(signs)
    for process in dead:
        rows = _free(process.token)
        logger.warning("A worker died; others take over its work.", extra={"pid": process.pid, "rows": rows})
    if dead:
        sweeper.sweep(again=True)  # the dead may also have held tasks of rows that they had not claimed yet
    return len(dead)


def takes_tasks_here(queue: str) -> bool:
    """Whether a process of this machine lives and takes tasks from a queue."""
    return takers(_here())[queue] > 0


def takers(where: Q | None = None) -> Counter[str]:
    """How many processes live and take tasks, by queue."""
    lately = database_time_in(-SILENT_AFTER)
    alive = WorkerProcess.objects.filter(where or Q(), heartbeat_at__gt=lately, looped_at__gt=lately)
    return Counter(queue for queues in alive.values_list("queues", flat=True) for queue in queues.split(","))


def is_running(process: WorkerProcess) -> bool:
    """Whether a process of this machine lives; another one with its PID is not it."""
    return process_identity.start_ticks(process.pid) == process.ticks


def _here() -> Q:
    return Q(machine=process_identity.machine()) & ~Q(machine="")


@transaction.atomic
def _free(token: str) -> int:
    WorkerProcess.objects.filter(token=token).delete()
    return sum(kind.work_rows().free_leases_of(token) for kind in sweeper.work_models())


class Heart(threading.Thread):
    """Shows that this process lives and looks for dead ones, until the process ends."""

    def __init__(self) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._over = threading.Event()
        self._lock = life_lock.LifeLock()
        self._locked = False
        self._beat_due = 0.0
        self._steady_since: float | None = None
        self._unlocked: dict[str, float] = {}  # since when

    def stop(self) -> None:
        """Returns when the thread has ended."""
        self._over.set()
        self.join()

    def close(self) -> None:
        """Give back the lock, in the thread that took it."""
        self._lock.release()

    def run(self) -> None:
        try:
            self.turn()
            while not self._over.wait(LOOK_SECONDS if self._locked else BEAT_SECONDS):
                self.turn()
        finally:
            self.close()

    def turn(self, now: float | None = None) -> None:
        """Show that this process lives, and look at the others once. `now` is a time of the monotonic clock."""
        now = time.monotonic() if now is None else now
        try:
            self._locked = self._lock.hold()
            if now >= self._beat_due:
                beat(locked=self._locked)
                self._beat_due = now + BEAT_SECONDS
            self._look(now)
        except (DatabaseError, InterfaceError):
            self._steady_since = None
            logger.debug("No heartbeat was written.", exc_info=True)
        finally:
            connections.close_all()

    def _look(self, now: float) -> None:
        if self._steady_since is None:
            self._steady_since = now
        steady = now - self._steady_since
        # After an outage of the database all heartbeats are old and all locks free, until each process has had time.
        missing = unlocked() if self._locked and steady > RECOVERY else set()
        self._unlocked = {token: self._unlocked.get(token, now) for token in missing}
        dead = [token for token, since in self._unlocked.items() if now - since >= DEAD_UNLOCKED]
        free_dead(dead, by_heartbeat=steady > DEAD_AFTER.total_seconds())
