"""The thread that keeps this machine's own disk in order: it deletes files that were erased elsewhere or are unused.

Tasks cannot do so, because any machine takes them. One process of a machine does it for all that share its folder.
"""

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections

from core.storage import erasures, local_copies

logger = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
TIDY_SECONDS = 3600.0
LOCK = "upkeep.lock"
_tidies: list[Callable[[], object]] = [lambda: local_copies.delete_unused(settings.BUCKET_COPIES_DAYS)]


def register(tidy: Callable[[], object]) -> None:
    """Register a function that each machine calls every hour, to delete files that it no longer needs."""
    _tidies.append(tidy)


@cache
def start() -> "Upkeep":
    """Keep the disk in order from now on, unless the settings say otherwise. Once per process."""
    upkeep = Upkeep()
    if settings.UPKEEP:
        upkeep.start()
    return upkeep


os.register_at_fork(after_in_child=start.cache_clear)  # a fork has no threads


class Upkeep(threading.Thread):
    """Works until the process ends, while no other process of the machine does."""

    def __init__(self) -> None:
        super().__init__(name="upkeep", daemon=True)
        self._over = threading.Event()
        self._lock: IO[bytes] | None = None
        self._followed: datetime | None = None
        self._tidied: float | None = None

    def stop(self) -> None:
        """Returns when the thread has ended."""
        self._over.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        while True:
            try:
                self.turn()
            finally:
                connections.close_all()
            if self._over.wait(LOOK_SECONDS):
                break
        if self._lock is not None:
            self._lock.close()

    def turn(self, now: float | None = None) -> None:
        """Look once. `now` is a time of the monotonic clock."""
        now = time.monotonic() if now is None else now
        try:
            if not self._is_alone():
                return
            self._followed = erasures.follow(self._followed)
            if self._tidied is None or now - self._tidied >= TIDY_SECONDS:
                self._tidied = now
                for tidy in _tidies:
                    tidy()
        except (DatabaseError, InterfaceError, OSError) as error:
            logger.warning("The disk could not be kept in order.", extra={"error": type(error).__name__})

    def _is_alone(self) -> bool:
        """Whether this process is the one of its machine."""
        if self._lock is not None:
            return True
        folder = Path(settings.VAR_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._lock = file
        return True
