"""Database connections around long waits."""

import copy

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def unpooled_connection() -> BaseDatabaseWrapper:
    """A new connection for the calling thread that is not of the pool, and that `connections` does not know."""
    pooled = connections[DEFAULT_DB_ALIAS]
    alone = copy.deepcopy(pooled.settings_dict)
    alone["OPTIONS"].pop("pool", None)
    return type(pooled)(alone, DEFAULT_DB_ALIAS)


def release_connections() -> None:
    """Close this thread's database connections outside of transactions. Many threads wait, and connections are few."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def keep_connections() -> None:
    """Close this thread's connections, except sound ones to SQLite: opening one costs more than a statement.

    For threads that outlive requests. PostgreSQL's connections go back to their pool.
    """
    for connection in connections.all(initialized_only=True):
        if connection.vendor != "sqlite" or connection.errors_occurred:
            connection.close()
