"""Running handlers: they may wait for the network or a video while a thread extends the lease of their callback."""

import asyncio
import copy
import inspect
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from asgiref.sync import async_to_sync
from celery.exceptions import WorkerShutdown, WorkerTerminate
from django.conf import settings
from django.db import OperationalError, connections

from core.work import kept_threads
from core.work.base import LeaseLost
from wecom.callbacks.router import Handler, Reply
from wecom.client import handler_context
from wecom.exceptions import HandlerExited, HandlerTookTooLong
from wecom.models import Callback

logger = logging.getLogger(__name__)

OnTimeout = Callable[[Callback], None]

MAX_DETACHED = 64  # threads of this process that may go on without their worker; others keep it waiting
SHUTDOWNS = (KeyboardInterrupt, WorkerShutdown, WorkerTerminate)  # of the process, and none of the handler's business
_detached_slots = threading.BoundedSemaphore(MAX_DETACHED)


def time_limit() -> float:
    """Seconds that the code handlers of one callback may take together."""
    return float(settings.WECOM["HANDLER_TIME_LIMIT"])


def run(handler: Handler, subject: Any, *, until: float | None = None) -> Reply | None:
    """The answer of a handler, sync or async. An async one is cancelled at `until`, a time of the monotonic clock.

    Raises `HandlerTookTooLong` then, and any exception of the handler; `HandlerExited` for one that would end the
    process or the task around it, like the `SystemExit` of argparse.
    """
    try:
        return _run(handler, subject, until)
    except (Exception, *SHUTDOWNS):
        raise
    except BaseException as error:
        raise HandlerExited(f"A handler raised {type(error).__name__}.", code="handler_exited") from error


def _run(handler: Handler, subject: Any, until: float | None) -> Reply | None:
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
def hold_lease(callback: Callback, *, on_timeout: OnTimeout) -> Iterator[float]:
    """Extend the callback's lease while the block runs, up to the time limit; gives the time when that ends.

    A sync handler, or an async one that blocks, cannot be stopped: `on_timeout` is then called with the callback in
    another thread and settles it, so that a later answer of the handler is dropped.
    """
    keeper = _LeaseKeeper(callback, until=time.monotonic() + time_limit(), on_timeout=on_timeout)
    keeper.start()
    try:
        yield keeper.until
    finally:
        keeper.stop()


def run_detached(work: Callable[[], None]) -> None:
    """Run `work` in a thread of its own; returns when it is done, or when a handler in it releases the worker.

    A worker has few threads: without this, four members who wait for videos would block it for all others. If the
    process ends, another worker takes the callback over, as after any crash. Raises the errors of `work`.
    """
    run = _DetachedRun(work)
    kept_threads.start(run, name="callback")
    run.worker_is_free.wait()
    if run.result.done():
        run.result.result()


class _DetachedRun:
    """Runs `work`; its worker waits until `worker_is_free`."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.worker_is_free = threading.Event()
        self.result: Future[None] = Future()
        self._work = work
        self._detached = False

    def __call__(self) -> None:
        handler_context.let_release(self._detach)
        try:
            self._work()
            self.result.set_result(None)
        except BaseException as error:  # a process edge: the waiting worker raises it
            self.result.set_exception(error)
            if self._detached:
                logger.exception("A callback was left unfinished.")
        finally:
            if self._detached:
                _detached_slots.release()
            self.worker_is_free.set()

    def _detach(self) -> None:
        if not self._detached and _detached_slots.acquire(blocking=False):
            self._detached = True
            self.worker_is_free.set()


class _LeaseKeeper(threading.Thread):
    """Extends a lease when a third of it is over."""

    def __init__(self, callback: Callback, *, until: float, on_timeout: OnTimeout) -> None:
        super().__init__(name=f"lease-of-callback-{callback.pk}", daemon=True)
        self.until = until
        self._callback = copy.copy(callback)  # settling changes it, and this is another thread
        self._on_timeout = on_timeout
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
                    self._on_timeout(self._callback)
                    return
                self._callback.extend_lease()
            except LeaseLost:
                logger.info("A callback was cancelled or taken over.", extra={"cid": self._callback.cid})
                return
            except OperationalError:
                # The database is away or busy. Two more turns follow before the lease ends.
                pause = self._every
            finally:
                connections.close_all()

    def _next(self) -> float:
        left = max(0.0, self.until - time.monotonic())
        return min(self._every, left)
