"""Database connections around long waits."""

from django.db import connections


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
