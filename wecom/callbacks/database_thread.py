"""A thread for statements that must not wait for long: it notices that the database is away, and says so at once.

Its connection is not one of the pool, in which pages wait for each other, and which takes its time after an outage.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, InterfaceError, InternalError, OperationalError, ProgrammingError, connections

from core.sqlite.base import DatabaseWrapper as SQLite
from core.work.db_connections import unpooled_connection

# The last two: its tables are those of another version, as before `migrate`.
AWAY = (OperationalError, InterfaceError, InternalError, ProgrammingError)
PAUSE = 0.05  # seconds until the next try
PROBE_SECONDS = 1.0  # between two tries while the database is away
PROBE_PATIENCE = 0.1

T = TypeVar("T")


class DatabaseAway(Exception):
    """The database did not answer in time. The statement may still take effect."""


class DatabaseThread:
    """Runs functions one after the other, for an event loop."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inbox", initializer=_connect_alone)
        self._stuck: asyncio.Future[Any] | None = None
        self._away_until = 0.0

    async def run(self, work: Callable[[], T], *, patience: float) -> T:
        """The result of `work`, which may run more than once.

        Raises `DatabaseAway` after so many seconds, and at once if the database was away a moment ago; and the errors
        of `work`.
        """
        loop = asyncio.get_running_loop()
        if loop.time() < self._away_until or (self._stuck is not None and not self._stuck.done()):
            raise DatabaseAway
        until = loop.time() + (min(patience, PROBE_PATIENCE) if self._away_until else patience)
        while True:
            future = loop.run_in_executor(self._thread, _run, work)
            if not (await asyncio.wait({future}, timeout=max(0.0, until - loop.time())))[0]:
                future.add_done_callback(_forget_error)
                self._stuck = future
                break
            try:
                result = future.result()
            except AWAY:  # at first perhaps only the connection, which a restart ended
                if loop.time() + PAUSE > until:
                    break
                await asyncio.sleep(PAUSE)
            else:
                self._away_until = 0.0
                return result
        self._away_until = loop.time() + PROBE_SECONDS
        raise DatabaseAway


def _connect_alone() -> None:
    """Give this thread a connection that is not of the pool."""
    connections[DEFAULT_DB_ALIAS] = unpooled_connection()


def _run(work: Callable[[], T]) -> T:
    connection = connections[DEFAULT_DB_ALIAS]
    if isinstance(connection, SQLite):
        connection.close_if_replaced()
    try:
        return work()
    except AWAY:
        connection.close()
        raise


def _forget_error(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()
