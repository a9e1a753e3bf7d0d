"""One studio per process for short tasks, such as a portrait check or a voice preview.

It stays warm for a minute, because one preview follows another; longer it would only hold memory.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from avatars.studio.studio import Studio

IDLE_SECONDS = 60.0  # seconds without a task after which the child ends and gives its memory back


class _SharedStudio:
    """The studio of this process, and the timer that closes it."""

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
            own = self._studios.get(os.getpid())
        if own is not None:
            own.close()


_shared = _SharedStudio()


@contextmanager
def interactive_studio() -> Iterator[Studio]:
    """The studio of this process for short tasks."""
    try:
        yield _shared.take()
    finally:
        _shared.give_back()


def close_interactive_studio() -> None:
    _shared.close()
