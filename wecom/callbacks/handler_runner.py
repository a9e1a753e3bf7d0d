"""Code handlers at work: they may wait for the network or a video, while a thread keeps the lease of their callback."""

import asyncio
import copy
import inspect
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import OperationalError, connections

from core.work.base import LeaseLost
from wecom.callbacks.router import Handler, Reply
from wecom.exceptions import HandlerTookTooLong
from wecom.models import Callback

logger = logging.getLogger(__name__)

OnTimeout = Callable[[Callback], None]

MAX_DETACHED = 64  # handlers of this process that take long at once; more of them keep their worker waiting
_detached_slots = threading.BoundedSemaphore(MAX_DETACHED)
_leave: ContextVar[Callable[[], None] | None] = ContextVar("leave", default=None)


def time_limit() -> float:
    """Seconds that the code handlers of one callback may take."""
    return float(settings.WECOM["HANDLER_TIME_LIMIT"])


def run(handler: Handler, subject: Any, *, until: float | None = None) -> Reply | None:
    """What a handler answers, sync or async. `until` is on the monotonic clock; an async one is cancelled then.

    Raises `HandlerTookTooLong` for that one, and whatever a handler raises.
    """
    result = handler(subject)
    if not inspect.isawaitable(result):
        return result

    async def wait() -> Reply | None:
        limit = asyncio.timeout(None if until is None else max(0.0, until - time.monotonic()))
        try:
            async with limit:
                return await result
        except TimeoutError as error:
            if limit.expired():
                raise HandlerTookTooLong("A handler took too long.", code="time_limit") from error
            raise

    return async_to_sync(wait)()


@contextmanager
def hold_lease(callback: Callback, *, late: OnTimeout) -> Iterator[float]:
    """Nobody else takes the callback while the block runs, for at most the time limit; gives the end of it.

    Nothing can stop a sync handler, or an async one that blocks: `late` is called beside it with the callback when the
    time is over, and settles it, so that what the handler still returns is dropped.
    """
    keeper = _LeaseKeeper(callback, until=time.monotonic() + time_limit(), late=late)
    keeper.start()
    try:
        yield keeper.until
    finally:
        keeper.stop()


def run_detached(work: Callable[[], None]) -> None:
    """Do some work in a thread of its own; returns when it is done, or goes on when a handler in it takes long.

    A worker has few threads: four people who wait for videos would else keep everybody else from being answered. When
    the process ends, what goes on is taken up by another worker, as after any crash. Raises what the work raises.
    """
    aside = _DetachedThread(work)
    aside.start()
    aside.free.wait()
    if aside.result.done():
        aside.result.result()


def leave() -> None:
    """Whoever waits for the work around us need not wait any longer."""
    let_go = _leave.get()
    if let_go is not None:
        let_go()


class _DetachedThread(threading.Thread):
    """Work in a thread that somebody waits for, until it is `free` to go on alone."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(name="callback", daemon=True)
        self.free = threading.Event()
        self.result: Future[None] = Future()
        self._work = work
        self._left = False

    def run(self) -> None:
        _leave.set(self._go_on)
        try:
            self._work()
            self.result.set_result(None)
        except Exception as error:  # a process edge: it is raised where somebody waits
            self.result.set_exception(error)
            if self._left:
                logger.exception("A callback was left unfinished.")
        finally:
            connections.close_all()
            if self._left:
                _detached_slots.release()
            self.free.set()

    def _go_on(self) -> None:
        if not self._left and _detached_slots.acquire(blocking=False):
            self._left = True
            self.free.set()


class _LeaseKeeper(threading.Thread):
    """Extends a lease every third of it."""

    def __init__(self, callback: Callback, *, until: float, late: OnTimeout) -> None:
        super().__init__(name=f"lease-of-callback-{callback.pk}", daemon=True)
        self.until = until
        self._callback = copy.copy(callback)  # settling changes it, and this is another thread
        self._late = late
        self._every: float = callback.lease.total_seconds() * settings.WORK_LEASE_SCALE / 3
        self._over = threading.Event()

    def stop(self) -> None:
        """Returns when the thread has ended."""
        self._over.set()
        self.join()

    def run(self) -> None:
        pause = self._next()
        while not self._over.wait(pause):
            pause = self._next()
            try:
                if time.monotonic() >= self.until:
                    self._late(self._callback)
                    return
                self._callback.extend_lease()
            except LeaseLost:
                logger.info("A callback was cancelled or taken over.", extra={"cid": self._callback.cid})
                return
            except OperationalError:
                # The database is away or busy. There are two more turns before the lease runs out.
                pause = self._every
            finally:
                connections.close_all()

    def _next(self) -> float:
        left = max(0.0, self.until - time.monotonic())
        return min(self._every, left)
