"""A queue with a thread that sends items to a server, so that requests and work never wait for that server."""

import itertools
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Generic, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")


class BackgroundQueue(Generic[T]):
    """Sends items from one thread, in order; an item that is queued already is not queued twice.

    Items can be lost, when the queue is full or the process ends. Use it for items that can be found again elsewhere.
    """

    def __init__(
        self,
        name: str,
        sender: Callable[[], AbstractContextManager[Callable[[list[T]], None]]],
        *,
        size: int,
        batch: int = 1,
        linger: float = 0.0,
    ) -> None:
        """`sender` is entered in the thread, again after an error, and yields the function for each batch of items.

        The first item of a batch waits `linger` seconds for others.
        """
        self._name = name
        self._sender = sender
        self._size = size
        self._batch = batch
        self._linger = linger
        self._reset()
        # A forked worker inherits the items but not the thread.
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._items: dict[T, None] = {}
        self._changed = threading.Condition()
        self._busy = False
        self._thread: threading.Thread | None = None

    def put(self, item: T) -> bool:
        """Queue an item and return at once; False if the queue is full and the item is dropped."""
        with self._changed:
            if item not in self._items and len(self._items) >= self._size:
                return False
            self._items[item] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            if len(self._items) == 1:  # else the thread knows already
                self._changed.notify_all()
            return True

    def flush(self, seconds: float) -> bool:
        """Wait until all items are sent, for at most some seconds. Returns whether they are."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._items and not self._busy, timeout=seconds)

    def clear(self) -> None:
        """Drop all queued items."""
        with self._changed:
            self._items.clear()
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            try:
                with self._sender() as send:
                    while True:
                        self._hand_over(send)
            except Exception:  # the edge of a thread: an unexpected error costs one batch
                logger.exception("An item could not be handed over.", extra={"queue": self._name})

    def _hand_over(self, send: Callable[[list[T]], None]) -> None:
        items = self._next()
        try:
            if items:
                send(items)
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _next(self) -> list[T]:
        with self._changed:
            self._changed.wait_for(lambda: bool(self._items))
            self._busy = True
        if self._linger:
            time.sleep(self._linger)
        with self._changed:
            items = list(itertools.islice(self._items, self._batch))
            for item in items:
                del self._items[item]
            return items
