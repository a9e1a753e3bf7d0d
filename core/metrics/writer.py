"""The thread that writes the counts of its process, every few seconds and at the end."""

import atexit
import logging
import os
import threading
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connections

from core.metrics import levels, rows
from core.metrics.counts import pending

logger = logging.getLogger(__name__)

WRITE_SECONDS = 5.0


@cache
def start() -> "Writer":
    """Write the counts of this process from now on, if the settings let a client read them. Once per process."""
    writer = Writer()
    if settings.METRICS["TOKEN"] or settings.METRICS["NETWORKS"]:
        writer.start()
        atexit.register(writer.stop)
    return writer


os.register_at_fork(after_in_child=start.cache_clear)  # a fork has no threads


def write() -> None:
    """Add pending counts to the rows; they stay pending while the database is away. Levels do not: others follow."""
    amounts, figures = pending.take(), levels.taken()
    try:
        if figures:
            rows.put(figures)
        if amounts:
            rows.add(amounts)
    except DatabaseError:
        pending.add(amounts.items())
        logger.debug("No counts were written.", exc_info=True)


class Writer(threading.Thread):
    """Writes until the process ends."""

    def __init__(self) -> None:
        super().__init__(name="metrics", daemon=True)
        self._over = threading.Event()

    def stop(self) -> None:
        """Write the remaining counts. Returns when the thread has ended; at once in a fork, which has another."""
        self._over.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        while not self._over.wait(WRITE_SECONDS):
            self._turn()
        self._turn()

    def _turn(self) -> None:
        try:
            write()
        finally:
            connections.close_all()
