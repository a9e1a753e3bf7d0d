"""Takes over many changes in a thread, so that no question waits for an import: the index answers as it is."""

import logging
import threading
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError

from core.work.db_connections import release_connections

logger = logging.getLogger(__name__)

AT_ONCE = 300  # changes that a question takes over itself, which takes 0.1 s; of more, a thread takes so many at a time


class CatchUp:
    """One thread at a time, which ends with its work."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self, take_some: Callable[[], bool]) -> None:
        """Call a function in a thread until it says that nothing is left; nothing if a thread does so already."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                # A daemon: what it builds is in memory, and no process waits for it in order to end.
                self._thread = threading.Thread(target=self._run, args=(take_some,), name=self._name, daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> None:
        """Return when the thread has ended, or after so long."""
        if (thread := self._thread) is not None:
            thread.join(seconds)

    @staticmethod
    def _run(take_some: Callable[[], bool]) -> None:
        try:
            while take_some():
                pass
        except (DatabaseError, InterfaceError) as error:
            logger.warning("An index is behind; the next question tries again.", extra={"error": type(error).__name__})
        finally:
            release_connections()
