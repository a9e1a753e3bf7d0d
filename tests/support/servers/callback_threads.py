"""Acts in the threads that take callbacks, which live on between two of them with their connection to SQLite."""

import threading
from collections.abc import Callable
from functools import partial

from core.work import kept_threads

LONGEST = 30.0  # seconds; a thread that hangs is left alone


def in_kept_threads(act: Callable[[], object]) -> None:
    """Do this in each of them, one after the other."""
    for thread in threading.enumerate():
        if isinstance(thread, kept_threads._KeptThread):
            done = threading.Event()
            with kept_threads._lock:
                if thread in kept_threads._waiting:
                    kept_threads._waiting.remove(thread)
            thread.works.put(partial(_do, act, done))
            done.wait(LONGEST)


def _do(act: Callable[[], object], done: threading.Event) -> None:
    act()
    done.set()
