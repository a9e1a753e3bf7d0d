"""A lock that PostgreSQL holds for a process for as long as it lives, so that its absence proves a death.

It belongs to a transaction that stays open and does nothing, on a connection of its own: the server ends it when the
process or its machine is gone, and keeps it while the process is merely slow. It goes past a pooler, if the settings
say how: one would keep a connection for each worker, and not notice that the worker's machine is silent.
"""

import os

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from core.work.db_connections import direct_connection
from core.work.process_identity import process_token

# Shared, so that a process whose connection broke does not wait for the server to notice. The server asks a silent
# machine after two seconds, and gives up on it after four. The timeout is for one that was cut off before it had
# confirmed an answer: no keepalives are sent then, and the answer would be repeated for a quarter of an hour.
TAKE = """
    SELECT set_config('idle_in_transaction_session_timeout', '0', true), set_config('tcp_keepalives_idle', '2', true),
        set_config('tcp_keepalives_interval', '1', true), set_config('tcp_keepalives_count', '2', true),
        set_config('tcp_user_timeout', '4000', true), pg_advisory_xact_lock_shared(%s)
"""
HELD = """
    SELECT DISTINCT (classid::bigint << 32) | objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class LifeLock:
    """The lock of this process. Used by one thread."""

    def __init__(self) -> None:
        self._connection: BaseDatabaseWrapper | None = None
        self._descriptor = -1
        os.register_at_fork(after_in_child=self._leave_to_parent)

    def hold(self) -> bool:
        """Take the lock, or see that it is still held; False if the database has none.

        Raises `DatabaseError` or `InterfaceError` if the database is away.
        """
        if connections[DEFAULT_DB_ALIAS].vendor != "postgresql":
            return False
        if not self._is_held():
            self.release()
            self._take()
        return True

    def release(self) -> None:
        """End the lock."""
        if self._connection is not None:
            self._connection.close()
            self._connection, self._descriptor = None, -1

    def _is_held(self) -> bool:
        if self._connection is None:
            return False
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except (DatabaseError, InterfaceError):  # the server has ended the connection
            return False
        return True

    def _take(self) -> None:
        connection = direct_connection()
        try:
            connection.set_autocommit(False)
            with connection.cursor() as cursor:
                cursor.execute(TAKE, [_key(process_token())])
        except (DatabaseError, InterfaceError):
            connection.close()
            raise
        self._connection, self._descriptor = connection, connection.connection.fileno()

    def _leave_to_parent(self) -> None:
        """A fork has the same socket: while it is open, the lock would outlive its process."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._connection, self._descriptor = None, -1


def held() -> set[str]:
    """The tokens of the processes that hold theirs. PostgreSQL only."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(HELD)
        return {_token(key) for (key,) in cursor.fetchall()}


def _key(token: str) -> int:
    return int.from_bytes(bytes.fromhex(token), signed=True)


def _token(key: int) -> str:
    return key.to_bytes(8, signed=True).hex()
