"""Database connections around long waits."""

from django.db import connections


def release_connections() -> None:
    """Close this thread's database connections outside of transactions. Many threads wait, and connections are few."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
