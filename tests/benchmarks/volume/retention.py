"""Retention of a month of a million messages: python -m tests.benchmarks.volume.retention [--rows N]

On a private PostgreSQL, by the functions of the nightly clean-up, beside half as many messages that stay: rows a
second, how long the longest transaction held its rows, how much the tables grew, and what a pass costs that finds
nothing.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from tests.benchmarks.support.database_work import measured
from tests.benchmarks.support.goals import goal
from tests.benchmarks.support.private_servers import empty_database, run_again

ROWS, OLD, NEW = 1_000_000, 400, 10  # rows, and days since the messages that go and those that stay
A_DAY = ROWS / 30


def child(rows: int) -> None:
    """All figures, on the database of this process."""
    with empty_database():
        from conversations.models import Content, Message

        fill(rows)
        print(f"  {rows:,} messages of a month go, {rows // 2:,} stay", flush=True)
        for kind in (Content, Message):
            expire(kind, rows)


def fill(rows: int) -> None:
    """Messages with words and causes, written by the database."""
    from django.db import connection

    from conversations.models import Content, Message
    from tests.benchmarks.lists.rows import WORDS, multiply
    from tests.support import factories

    application = factories.make_application()
    member = factories.make_member(application, "somebody")
    every = rows + rows // 2
    multiply(Content.objects.create(text="?"), every, {"text": WORDS})
    first = Content.objects.order_by("pk")[0].pk
    at = f"now() - interval '1 day' * CASE WHEN g <= {rows} THEN {OLD} ELSE {NEW} END + interval '1 second' * g / 100"
    said = Message.objects.create(application=application, member=member, content_id=first, direction="in")
    cause = """'{"trace": [{"kind": "state", "name": "ask_text"}]}'::jsonb"""
    multiply(said, every, {"content_id": f"{first} + g - 1", "cause": cause, "created_at": at})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def expire(kind: Any, rows: int) -> None:
    """Passes of the clean-up over one table, until nothing is left to remove."""
    from django.utils import timezone

    from core.personal_data import retention

    name, now, passes, gone = kind._meta.model_name, timezone.now(), 0, 0
    before = _bytes(kind)
    with measured(f"expire {name}") as work, held() as longest:
        while found := retention.expire(kind, now=now):
            passes, gone = passes + 1, gone + found
    assert gone == rows, gone
    print(f"    {passes} passes, {_dead(kind):,} dead rows, {_bytes(kind) / before:.2f} times the size", flush=True)
    goal(f"{name}s a second", gone / work.wall, at_least=1000)
    goal("seconds for what a day brings", A_DAY / (gone / work.wall), at_most=60)
    goal("longest transaction in ms", 1000 * longest(), at_most=500)
    with measured() as idle:
        assert retention.expire(kind, now=now + timedelta(minutes=1)) == 0
    goal("seconds of a pass that finds nothing", idle.wall, at_most=10)


@contextmanager
def held() -> Iterator[Callable[[], float]]:
    """The seconds of the longest transaction inside, from its first write to the end of its commit."""
    from django.db import connection

    commit, began, longest = connection._commit, [0.0], [0.0]  # type: ignore[attr-defined]

    def note(execute: Any, sql: str, params: Any, *more: Any) -> Any:
        if not began[0] and not sql.startswith("SELECT"):
            began[0] = time.perf_counter()
        return execute(sql, params, *more)

    def committing() -> None:
        commit()
        longest[0], began[0] = max(longest[0], time.perf_counter() - began[0] if began[0] else 0.0), 0.0

    connection._commit = committing  # type: ignore[attr-defined]
    try:
        with connection.execute_wrapper(note):
            yield lambda: longest[0]
    finally:
        connection._commit = commit  # type: ignore[attr-defined]


def _bytes(kind: Any) -> int:
    return int(_one("SELECT pg_total_relation_size(%s)", kind))


def _dead(kind: Any) -> int:
    return int(_one("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = %s", kind))


def _one(sql: str, kind: Any) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, [kind._meta.db_table])
        return cursor.fetchone()[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.measure:
        return run_again("tests.benchmarks.volume.retention", "--rows", str(options.rows))
    child(options.rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
