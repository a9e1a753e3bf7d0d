"""Threads that wait for the next work, with their connection to SQLite: each new one would read the whole schema.

`ThreadPoolExecutor` will not do: at the end of the process it waits for threads that hang.
"""

import os
import queue
import threading
from collections.abc import Callable
from contextvars import Context

from django.db import connections

from core.work.db_connections import keep_connections

KEPT_FOR = 60.0  # seconds without work

_lock = threading.Lock()
_waiting: "list[_KeptThread]" = []  # the one that worked last is the next to work
os.register_at_fork(after_in_child=_waiting.clear)


def start(work: Callable[[], None], *, name: str) -> None:
    """Run `work`, which raises nothing, in a thread of its own and in an empty context. Returns at once."""
    with _lock:
        thread = _waiting.pop() if _waiting else None
    if thread is None:
        thread = _KeptThread(name)
        thread.start()
    thread.works.put(work)


class _KeptThread(threading.Thread):
    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.works: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def run(self) -> None:
        while (work := self._next()) is not None:
            Context().run(work)
            keep_connections()
            with _lock:
                _waiting.append(self)
        connections.close_all()

    def _next(self) -> Callable[[], None] | None:
        """The next call; None if none came for long."""
        try:
            return self.works.get(timeout=KEPT_FOR)
        except queue.Empty:
            with _lock:
                if self in _waiting:
                    _waiting.remove(self)
                    return None
        return self.works.get()  # it was chosen at this moment
