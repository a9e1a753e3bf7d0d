"""What the database does for a piece of work, and how this process grows meanwhile."""

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Measured:
    """Wall and database seconds, processor seconds of the database's process, statements, and megabytes of growth."""

    wall = database = processor = megabytes = 0.0
    statements = 0


@contextmanager
def measured(title: str = "") -> Iterator[Measured]:
    """Measure what happens inside, and print it under a title."""
    from django.db import connection

    figures = Measured()

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            figures.database += time.perf_counter() - began
            figures.statements += 1

    before, worked = _resident(), _processor_seconds()
    commit = connection._commit  # type: ignore[attr-defined]

    def committing() -> None:
        began = time.perf_counter()
        commit()
        figures.database += time.perf_counter() - began

    connection._commit = committing  # type: ignore[attr-defined]
    began = time.perf_counter()
    try:
        with connection.execute_wrapper(watch):
            yield figures
    finally:
        connection._commit = commit  # type: ignore[attr-defined]
    figures.wall = time.perf_counter() - began
    figures.megabytes, figures.processor = max(_resident() - before, 0.0), _processor_seconds() - worked
    if not title:
        return
    print(
        f"  {title:24} {figures.wall:7.1f} s, database {figures.database:6.1f} s "
        f"(processor {figures.processor:.1f} s), {figures.statements:,} statements, +{figures.megabytes:.0f} MB",
        flush=True,
    )


def _processor_seconds() -> float:
    """What the server's process of this connection has computed: unlike the seconds of a clock, alone or not.

    0 for SQLite, which has none, and where there is no /proc.
    """
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        place = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not place.exists():
        return 0.0
    user, system = place.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _resident() -> float:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
