"""What to do before a long wait."""

from django.db import connections


def give_connections_back() -> None:
    """Close this thread's connections to the database, outside of transactions: many may wait, connections are few."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
