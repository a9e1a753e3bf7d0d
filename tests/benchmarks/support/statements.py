"""The SQL statements of whatever threads a piece of work runs in, with what each does to which table."""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from django.db import connections
from django.db.backends.signals import connection_created

from tests.support.paths import ROOT

TABLE = re.compile(r'(?:FROM|INTO|UPDATE)\s+"(\w+)"')
# What opens and ends a transaction: PostgreSQL's driver sends it unasked, so that only SQLite's would be counted.
APART = ("/.venv/", "/tests/", "/core/sqlite/")
MOST_CALLERS = 6
FRAMES = ("BEGIN", "COMMIT", "ROLLBACK")


@dataclass(kw_only=True)
class Statements:
    """What was asked of the database, in order, and by which functions of ours, the nearest first."""

    sql: list[str] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)

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


def callers() -> str:
    """The functions of the product that run in this thread, the innermost first."""
    frame: FrameType | None = sys._getframe(1)
    names: list[str] = []
    while frame is not None and len(names) < MOST_CALLERS:
        file = frame.f_code.co_filename
        if file.startswith(f"{ROOT}/") and not any(part in file for part in APART):
            names.append(f"{file.removeprefix(f'{ROOT}/')}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return " ← ".join(names)


@contextmanager
def recorded(statements: Statements | None = None) -> Iterator[Statements]:
    """Record what is asked inside, in this thread and in others; after what was recorded before, if anything was."""
    statements, watched = Statements() if statements is None else statements, list[Any]()

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(FRAMES):
            statements.sql.append(sql)
            statements.callers.append(callers())
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
