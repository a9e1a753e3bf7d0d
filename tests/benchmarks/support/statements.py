"""The SQL statements of whatever threads a piece of work runs in, with what each does to which table."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connections
from django.db.backends.signals import connection_created

TABLE = re.compile(r'(?:FROM|INTO|UPDATE)\s+"(\w+)"')
# What opens and ends a transaction: PostgreSQL's driver sends it unasked, so that only SQLite's would be counted.
FRAMES = ("BEGIN", "COMMIT", "ROLLBACK")


@dataclass(kw_only=True)
class Statements:
    """What was asked of the database, in order."""

    sql: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sql)

    def kinds(self) -> Counter[str]:
        """How often each was made: its verb and its table, such as `SELECT wecom_member`."""
        return Counter(map(kind_of, self.sql))

    def listed(self) -> str:
        """A line for each kind, the most frequent first."""
        return "\n".join(f"{number:4} {kind}" for kind, number in self.kinds().most_common())


def kind_of(sql: str) -> str:
    """The verb of a statement, with its first table."""
    verb, table = sql.split(None, 1)[0].upper(), TABLE.search(sql)
    return f"{verb} {table.group(1)}" if table else verb


@contextmanager
def recorded(statements: Statements | None = None) -> Iterator[Statements]:
    """Record what is asked inside, in this thread and in others; after what was recorded before, if anything was."""
    statements, watched = Statements() if statements is None else statements, list[Any]()

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(FRAMES):
            statements.sql.append(sql)
        return execute(sql, params, many, context)

    def watch(connection: Any, **_: Any) -> None:
        if note not in connection.execute_wrappers:
            connection.execute_wrappers.append(note)
            watched.append(connection)

    connection_created.connect(watch)
    for connection in connections.all(initialized_only=True):
        watch(connection)
    try:
        yield statements
    finally:
        connection_created.disconnect(watch)
        for connection in watched:
            connection.execute_wrappers.remove(note)
