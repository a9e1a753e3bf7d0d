"""The callbacks of one web process are inserted in groups: those that arrive during a commit ride in the next one.

A commit waits for the disk, whether it holds one row or two hundred. One thread writes, with a connection of its own,
so that no page that waits for the pool of connections keeps callbacks waiting.
"""

import asyncio
import copy
import logging
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections

from core.work import crash_points
from core.work.broker import publish_task
from wecom.callbacks import inbox_rows
from wecom.callbacks.inbox_rows import Values
from wecom.models import Callback

logger = logging.getLogger(__name__)

LARGEST_GROUP = 256
WAKE_TASK = "wecom.wake_callbacks"

# The ID of a row; None for a repeat; an error of this row alone.
Outcome = int | DatabaseError | None
Waiting = tuple[Callback, Values, "asyncio.Future[int | None]"]


class GroupCommit:
    """Records the callbacks of one event loop."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._committing = False
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="inbox", initializer=_connect_alone)

    async def record(self, row: Callback) -> int | None:
        """Returns once the row is committed: its ID, None for a repeat. Raises `django.db.DatabaseError`."""
        recorded: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, inbox_rows.values_of(row), recorded))
        if not self._committing:
            self._committing = True
            self._task = asyncio.create_task(self._commit_all())  # a loop forgets tasks that nothing refers to
        return await recorded

    async def _commit_all(self) -> None:
        try:
            while self._waiting:
                size = min(len(self._waiting), LARGEST_GROUP)
                await self._commit([self._waiting.popleft() for _ in range(size)])
        finally:
            self._committing = False

    async def _commit(self, group: list[Waiting]) -> None:
        rows = [values for _row, values, _recorded in group]
        outcomes: Sequence[Outcome]
        try:
            outcomes = await asyncio.get_running_loop().run_in_executor(self._writer, _insert, rows)
        except DatabaseError as error:
            outcomes = [error] * len(group)
        for (_row, _values, recorded), outcome in zip(group, outcomes, strict=True):
            _settle(recorded, outcome)
        await asyncio.sleep(0)  # the answers go out first
        _wake([(row, pk) for (row, _values, _recorded), pk in zip(group, outcomes, strict=True) if isinstance(pk, int)])


def _settle(recorded: "asyncio.Future[int | None]", outcome: Outcome) -> None:
    if recorded.done():  # its request was cancelled
        return
    if isinstance(outcome, DatabaseError):
        recorded.set_exception(outcome)
    else:
        recorded.set_result(outcome)


def _wake(new: list[tuple[Callback, int]]) -> None:
    """One message to the broker for each commit: to publish each of many callbacks costs more than to record it."""
    for row, _pk in new:
        fields = {"cid": row.cid, "kind": row.kind, "callback_event": row.event}
        logger.info("A callback came in.", extra=fields)
    unfinished = [pk for row, pk in new if not row.is_finished]
    if len(unfinished) == 1:
        publish_task(Callback.task, unfinished[0])
    elif unfinished:
        publish_task(WAKE_TASK, min(unfinished))


def _connect_alone() -> None:
    """Give this thread a connection that is not of the pool."""
    pooled = connections[DEFAULT_DB_ALIAS]
    alone = copy.deepcopy(pooled.settings_dict)
    alone["OPTIONS"].pop("pool", None)
    connections[DEFAULT_DB_ALIAS] = type(pooled)(alone, DEFAULT_DB_ALIAS)


def _insert(rows: list[Values]) -> Sequence[Outcome]:
    """What became of each row. Raises `OperationalError` or `InterfaceError` if the database is away."""
    crash_points.point("webhook.recording")
    try:
        outcomes: Sequence[Outcome] = _insert_connected(rows)
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError as error:  # of one of them, such as an application that is gone: the others must not suffer
        outcomes = [error] if len(rows) == 1 else [outcome for row in rows for outcome in _insert([row])]
    crash_points.point("webhook.recorded")
    return outcomes


def _insert_connected(rows: list[Values]) -> list[int | None]:
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        return inbox_rows.insert(connection, rows)
    except (OperationalError, InterfaceError):
        connection.close()
    try:  # a restart of the server ended the connection
        return inbox_rows.insert(connection, rows)
    except (OperationalError, InterfaceError):
        connection.close()
        raise
