"""The callbacks of one web process are inserted in groups: those that arrive during a commit ride in the next one.

A commit waits for the disk, whether it holds one row or two hundred. A callback is acknowledged after its commit; or,
where the database is away, once it is in the spool.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DataError, IntegrityError, connections

from core.work import crash_points
from core.work.broker import publish_task
from wecom import metrics
from wecom.callbacks import inbox, inbox_rows
from wecom.callbacks.database_thread import DatabaseAway, DatabaseThread
from wecom.callbacks.inbox_rows import Values
from wecom.callbacks.spool.spool import Spool
from wecom.exceptions import NotRecorded
from wecom.models import Callback

logger = logging.getLogger(__name__)

LARGEST_GROUP = 256
# Between the beginnings of two commits: at 500 callbacks a second each would have one of its own, and a commit costs
# several times what a row does. The first after a pause does not wait.
COMMIT_SECONDS = 0.005
PATIENCE = 0.7  # seconds from the arrival of a callback until it goes to the spool
REPLAY_SECONDS = 1.0
REPLAY_PATIENCE = 60.0
WAKE_TASK = "wecom.wake_callbacks"
WAKE_SECONDS = 0.05  # between two messages to the broker

OF_A_ROW = (IntegrityError, DataError, OverflowError)  # the database would take other rows

# The ID of a row; None for a repeat, and for a row in the spool; an error of this row alone.
Outcome = int | Exception | None
# Wakes the callbacks with these IDs, from a thread.
Wakes = Callable[[list[int]], object]
Waiting = tuple[float, Values, "asyncio.Future[int | None]"]


class Waker:
    """Wakes recorded callbacks: the first at once, those of the next moment together.

    A message to the broker costs as much as to record several callbacks. Without it, the sweeper wakes them.
    """

    def __init__(self) -> None:
        self._waiting: list[int] = []
        self._pauses_until = 0.0

    def wake(self, pks: list[int]) -> None:
        """Called in the event loop."""
        loop, is_first = asyncio.get_running_loop(), not self._waiting
        self._waiting += pks
        if not self._waiting:
            return
        if loop.time() < self._pauses_until:
            if is_first:
                loop.call_later(WAKE_SECONDS, self.wake, [])
            return
        if len(self._waiting) == 1:
            publish_task(Callback.task, self._waiting[0])
        else:
            publish_task(WAKE_TASK, min(self._waiting))
        self._waiting = []
        self._pauses_until = loop.time() + WAKE_SECONDS


class GroupCommit:
    """Records the callbacks of one event loop."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread
        self._spool = Spool(Path(settings.WECOM["SPOOL_DIR"]))
        self._waker = Waker()
        self._waiting: deque[Waiting] = deque()
        self._committing: asyncio.Task[None] | None = None
        self._next_commit = 0.0
        self._replaying: asyncio.Task[None] | None = None

    async def record(self, row: Values) -> int | None:
        """Returns once the row is safe: its ID; None for a repeat, and for a row that waits in the spool.

        Raises `IntegrityError` if its application no longer exists, and `NotRecorded` if neither the database nor the
        disk takes it.
        """
        loop = asyncio.get_running_loop()
        recorded: asyncio.Future[int | None] = loop.create_future()
        self._waiting.append((loop.time(), row, recorded))
        if self._committing is None or self._committing.done():
            self._committing = loop.create_task(self._commit_all())
        return await recorded

    def replay_soon(self) -> None:
        """Record the callbacks of the spool, also those of earlier processes, as soon as the database is there."""
        if self._spool.is_waiting() and (self._replaying is None or self._replaying.done()):
            self._replaying = asyncio.create_task(self._replay())

    async def _commit_all(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            if (pause := self._next_commit - loop.time()) > 0 and len(self._waiting) < LARGEST_GROUP:
                await asyncio.sleep(pause)
            self._next_commit = loop.time() + COMMIT_SECONDS
            size = min(len(self._waiting), LARGEST_GROUP)
            await self._commit([self._waiting.popleft() for _ in range(size)])

    async def _commit(self, group: list[Waiting]) -> None:
        rows = [row for _since, row, _recorded in group]
        patience = group[0][0] + PATIENCE - asyncio.get_running_loop().time()
        outcomes: Sequence[Outcome]
        try:
            outcomes = await self._thread.run(partial(self._insert, rows, self._wakes()), patience=patience)
            metrics.COMMIT_BATCH.observe(len(rows))
            inbox.count_recorded(rows, outcomes)
        except DatabaseAway:
            outcomes = await self._keep(rows)
        except Exception as error:  # the edge of a task, whose requests must not wait for ever
            logger.exception("Callbacks could not be inserted.", extra={"callbacks": len(rows)})
            outcomes = [error] * len(rows)
        for (_since, _row, recorded), outcome in zip(group, outcomes, strict=True):
            _settle(recorded, outcome)
        await asyncio.sleep(0)  # the answers go out first
        inbox.log_arrivals([row for row, outcome in zip(rows, outcomes, strict=True) if isinstance(outcome, int)])

    async def _keep(self, rows: list[Values]) -> Sequence[Outcome]:
        try:
            await asyncio.to_thread(self._spool.append, rows)
        except OSError as error:
            logger.error("A callback could not be recorded.", extra={"callbacks": len(rows), "why": error.strerror})
            return [NotRecorded("Neither the database nor the disk takes callbacks.", code="not_recorded")] * len(rows)
        logger.warning("The database is away; callbacks wait in the spool.", extra={"callbacks": len(rows)})
        self.replay_soon()
        inbox.count_recorded(rows, rows)  # a repeat shows only when they are replayed
        return [None] * len(rows)

    async def _replay(self) -> None:
        while self._spool.is_waiting():
            work = partial(self._spool.replay, partial(_insert, wake=self._wakes()))
            with suppress(DatabaseAway, OSError):
                await self._thread.run(work, patience=REPLAY_PATIENCE)
            await asyncio.sleep(REPLAY_SECONDS)

    def _wakes(self) -> Wakes:
        """For a thread, which may come to it long after this loop has given up on it."""
        loop = asyncio.get_running_loop()
        return lambda pks: loop.call_soon_threadsafe(self._waker.wake, pks)

    def _insert(self, rows: list[Values], wake: Wakes) -> Sequence[Outcome]:
        """Insert the callbacks of the spool, and then these rows, so that a member's callbacks keep their order."""
        if self._spool.is_waiting():
            self._spool.replay(partial(_insert, wake=wake))
        return _insert(rows, wake)


def _settle(recorded: "asyncio.Future[int | None]", outcome: Outcome) -> None:
    if recorded.done():  # its request was cancelled
        return
    if isinstance(outcome, Exception):
        recorded.set_exception(outcome)
    else:
        recorded.set_result(outcome)


def _insert(rows: list[Values], wake: Wakes) -> Sequence[Outcome]:
    """Insert rows and wake them; the outcome of each. Raises one of `AWAY` if the database takes none of them."""
    crash_points.point("webhook.recording")
    try:
        outcomes: Sequence[Outcome] = inbox_rows.insert(connections[DEFAULT_DB_ALIAS], rows)
    except OF_A_ROW as error:  # such as an application that is gone: the others must not suffer
        return [error] if len(rows) == 1 else [outcome for row in rows for outcome in _insert([row], wake)]
    crash_points.point("webhook.recorded")
    wake([pk for row, pk in zip(rows, outcomes, strict=True) if isinstance(pk, int) and inbox_rows.is_queued(row)])
    return outcomes
