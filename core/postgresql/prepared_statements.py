"""Statements that the server parses and plans once for each connection, for work that makes the same ones all day.

Parsing and planning are half of PostgreSQL's work for a batch of a campaign. Elsewhere Django writes the values into
the statement, which works with every expression and every pooler.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection


@contextmanager
def prepared_statements() -> Iterator[None]:
    """Prepare the statements inside on PostgreSQL, unless the settings say not to. Also a decorator."""
    if not hasattr(connection, "prepares") or not settings.DATABASE_PREPARED_STATEMENTS:
        yield
        return
    before, connection.prepares = connection.prepares, True
    try:
        yield
    finally:
        connection.prepares = before
