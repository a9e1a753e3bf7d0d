"""A studio for what takes a moment, such as a look at a picture or two seconds of a voice: one per process.

It stays warm for a minute: whoever tries something tries it again; later it would only hold memory.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from avatars.studio.studio import Studio

IDLE_SECONDS = 60.0


class _Small:
    """The studio of each process, and the clock that ends it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._studios: dict[int, Studio] = {}
        self._timer: threading.Timer | None = None

    def take(self) -> Studio:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            return self._studios.setdefault(os.getpid(), Studio())

    def give_back(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(IDLE_SECONDS, self.close)
            self._timer.daemon = True
            self._timer.start()

    def close(self) -> None:
        with self._lock:
            found = self._studios.get(os.getpid())
        if found is not None:
            found.close()


_small = _Small()


@contextmanager
def small_studio() -> Iterator[Studio]:
    """The studio for small work of this process."""
    try:
        yield _small.take()
    finally:
        _small.give_back()


def close_small() -> None:
    """End it now."""
    _small.close()
