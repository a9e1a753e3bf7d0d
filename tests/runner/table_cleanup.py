"""Cleanup after a test that commits: only what it wrote is deleted.

Django empties every table then, and lets each app make its permissions and groups again, which takes longer than most
tests. What is asked for here is the same: no rows but those of a new database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

from core.postgresql.prepared_statements import prepared_statements
from core.work.db_connections import past_pooler

Rows = list[tuple[Any, ...]]


class Fresh:
    """The rows of an unused database."""

    def __init__(self) -> None:
        quote = connection.ops.quote_name
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        self._tables = {name: quote(name) for name in names}
        self._ask = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quoted})" for name, quoted in self._tables.items()
        )
        with connection.cursor() as cursor:
            self._rows = {name: self._read(cursor, name) for name in self._filled(cursor)}

    def restore(self) -> None:
        """Remove what was written, and put back what was changed.

        To plan a question about all tables takes PostgreSQL ten times as long as to answer it.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            with prepared_statements(), connection.cursor() as asked:
                written = [name for name in self._filled(asked) if name not in self._rows]
                spoilt = [name for name, rows in self._rows.items() if self._read(asked, name) != rows]
            # References are looked at when the transaction ends: the order of the tables does not matter.
            for name in (*written, *spoilt):
                cursor.execute(f"DELETE FROM {self._tables[name]}")
            for name in spoilt:
                marks = ", ".join(["%s"] * len(self._rows[name][0]))
                cursor.executemany(f"INSERT INTO {self._tables[name]} VALUES ({marks})", self._rows[name])
        if spoilt:
            ContentType.objects.clear_cache()

    def _filled(self, cursor: CursorWrapper) -> list[str]:
        cursor.execute(self._ask)
        return [name for (name,) in cursor.fetchall()]

    def _read(self, cursor: CursorWrapper, name: str) -> Rows:
        cursor.execute(f"SELECT * FROM {self._tables[name]} ORDER BY 1")
        return list(cursor.fetchall())


@contextmanager
def emptied_quickly(fresh: Fresh) -> Iterator[None]:
    """Tests that commit end with `fresh.restore`, for as long as the block lasts.

    On SQLite the next test goes on with the connection: the first statement of a new one reads all tables' definitions
    anew, for five milliseconds.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: fresh.restore())
        patch.setattr(TransactionTestCase, "_should_reload_connections", lambda _case: connection.vendor != "sqlite")
        yield


def end_other_sessions() -> None:
    """A thread that outlives its test may be connected still, and PostgreSQL removes no database that is in use."""
    if connection.vendor != "postgresql":
        return
    with past_pooler(), connection.cursor() as cursor:  # a pooler keeps some
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
