"""Database connections around long waits."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

PLACE = ("HOST", "PORT", "USER", "PASSWORD", "NAME")


def unpooled_connection() -> BaseDatabaseWrapper:
    """A new connection for the calling thread that is not of the pool, and that `connections` does not know."""
    pooled = connections[DEFAULT_DB_ALIAS]
    alone = copy.deepcopy(pooled.settings_dict)
    alone["OPTIONS"].pop("pool", None)
    return type(pooled)(alone, DEFAULT_DB_ALIAS)


def direct_connection() -> BaseDatabaseWrapper:
    """The same to the database itself, past a pooler: for work that has to keep its connection."""
    alone = unpooled_connection()
    if settings.DATABASE_DIRECT:
        alone.settings_dict |= {name: settings.DATABASE_DIRECT[name] for name in PLACE}
        alone.settings_dict["OPTIONS"] = {**settings.DATABASE_DIRECT["OPTIONS"]}
        alone.settings_dict["OPTIONS"].pop("pool", None)
    return alone


@contextmanager
def past_pooler() -> Iterator[None]:
    """Let this thread talk to the database itself, for work longer than a transaction, or a transaction of hours."""
    if not settings.DATABASE_DIRECT:
        yield
        return
    pooled = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = direct_connection()
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        connections[DEFAULT_DB_ALIAS] = pooled


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
