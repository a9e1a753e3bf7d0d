"""Lists, searches and home pages at a million rows per table: python -m tests.benchmarks.lists [--rows N] [TREE …]

Fills the tables of a private PostgreSQL in SQL, and opens every page as an administrator or API client, with each
filter, order and search that it offers: the middle of some times in milliseconds, our own processor time, that of its
statements, and how many they are. On a busy machine the latter two tell more than the time that passed. A page that
takes longer or more than it may is marked, with the plan of its slowest statement, and the exit status is 1.

With `--kinds`, such as `member,callback`, only the tables of these models and of what they need are long, which takes
minutes, and of the lists only theirs are opened. Each TREE, such as a `git worktree` of an older commit, is measured
before this one, in a database of its own, as its own module does it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROWS, TIMES, MOST_MS, MOST_STATEMENTS = 1_000_000, 5, 300, 12
TREE = Path(__file__).resolve().parents[3]
QUICK = 150  # milliseconds: such a page is opened once only


def main() -> int:
    """The figures of every tree. Returns 1 if a page of this one takes too long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--only", default="", help="only pages whose names contain this")
    parser.add_argument("--kinds", default="", help="only these models, by their names in small letters")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("trees", nargs="*", type=Path)
    options = parser.parse_args()
    if options.measure:
        return int(measure(options.rows, options.only, options.kinds) > 0)
    from openuser.servers import postgres

    status = 0
    for tree in [*(tree.resolve() for tree in options.trees), TREE]:
        with postgres.running() as url:
            environment = {
                **os.environ,
                **{"DJANGO_SETTINGS_MODULE": "openuser.settings.test", "TEST_DATABASE_URL": url},
            }
            print(f"{tree}, {options.rows:,} rows per table, load {os.getloadavg()[0]:.1f}", flush=True)
            command = [sys.executable, "-m", "tests.benchmarks.lists", "--rows", str(options.rows), "--measure"]
            command += ["--only", options.only, *(["--kinds", options.kinds] if options.kinds else ())]
            status = subprocess.run(command, cwd=tree, env=environment, check=False).returncode
    return status


def measure(rows: int, only: str, kinds: str) -> int:
    """Measure this tree on its database. Returns how many pages take too long."""
    import logging

    import django

    django.setup()
    logging.disable(logging.WARNING)
    from django.conf import settings
    from django.db import connection
    from django.test.utils import get_runner

    from openuser.servers import valkey
    from tests.benchmarks.lists.pages import pages
    from tests.benchmarks.lists.rows import fill

    runner = get_runner(settings)(verbosity=0, interactive=False)
    with valkey.running(settings.BROKER_FOLDER):
        databases = runner.setup_databases()
        try:
            chosen = [kind for kind in kinds.split(",") if kind]
            fill(rows, chosen)
            with connection.cursor() as cursor:
                cursor.execute("VACUUM")
            opened = [(name, open_page) for name, open_page in pages(kinds=chosen) if only in name]
            slow = [name for name, open_page in opened if not _is_quick(name, open_page)]
        finally:
            _close_connections()
            runner.teardown_databases(databases)
    print(f"  {len(opened)} pages, {len(slow)} of them too slow", flush=True)
    return len(slow)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a page."""

    sql: str
    params: Any
    seconds: float


def _is_quick(name: str, open_page: Callable[[], Any]) -> bool:
    """Print what a page takes."""
    open_page()  # imports and templates
    before = time.process_time()
    took, statements = _time(open_page)
    own = (time.process_time() - before) * 1000
    times = [took] if took < QUICK else [took, *(_time(open_page)[0] for _ in range(TIMES - 1))]
    middle, count = statistics.median(times), len(statements)
    in_database = sum(one.seconds for one in statements) * 1000
    marks = [f"> {MOST_MS} ms"] if middle > MOST_MS else []
    marks += [f"> {MOST_STATEMENTS} statements"] if count > MOST_STATEMENTS else []
    parts = f"{middle:7.0f} ms, {own:4.0f} of our processor, {in_database:5.0f} in {count:2} statements"
    print(f"  {name:<64} {parts}   {', '.join(marks)}", flush=True)
    if marks:
        asked = [one for one in statements if not one.sql.startswith("EXPLAIN")]
        slowest = max(asked, key=lambda one: one.seconds)
        print(
            f"      {slowest.seconds * 1000:.0f} ms: {slowest.sql[:300]}\n      {' · '.join(_plan(slowest))}",
            flush=True,
        )
    return not marks


def _time(open_page: Callable[[], Any]) -> tuple[float, list[Statement]]:
    """Milliseconds, and the statements."""
    from django.db import connection

    statements: list[Statement] = []

    def timed(execute: Any, sql: str, params: Any, *args: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, params, *args)
        finally:
            statements.append(Statement(sql=sql, params=params, seconds=time.perf_counter() - start))

    start = time.perf_counter()
    with connection.execute_wrapper(timed):
        answer = open_page()
    assert answer.status_code == 200, answer.status_code
    return (time.perf_counter() - start) * 1000, statements


def _plan(statement: Statement) -> Iterator[str]:
    """What the database does to answer it, from the outside in."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement.sql}", statement.params)
        for (line,) in cursor.fetchall():
            step, mark, figures = line.partition("  (cost=")
            if mark:
                yield f"{step.strip().removeprefix('->').strip()} {figures.split('rows=')[1].split()[0]}"


def _close_connections() -> None:
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()


if __name__ == "__main__":
    sys.exit(main())
