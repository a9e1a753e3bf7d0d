"""Counts of all processes add up in rows, and wait while the database is away."""

import threading

import pytest
from django.db import DatabaseError, connection, connections

from core.metrics import rows, writer
from core.metrics.counts import pending

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
OK, SUM = ("calls_total", ("send", "0"), ""), ("seconds", (), "sum")


@pytest.fixture(autouse=True)
def nothing_pending():
    pending.take()
    yield
    pending.take()


def test_what_two_processes_count_adds_up():
    rows.add({OK: 2, SUM: 0.5})
    rows.add({OK: 3})
    assert dict(rows.read()) == {OK: 5, SUM: 0.5}


def test_processes_that_write_at_once_lose_nothing():
    def write() -> None:
        for _ in range(10):
            rows.add({OK: 1, SUM: 1, **{("many_total", (str(number),), ""): 1 for number in range(250)}})
        connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = dict(rows.read())
    assert (found[OK], found[SUM], found["many_total", ("249",), ""]) == (30, 30, 30)


def test_counts_wait_while_the_database_is_away():
    pending.add([(OK, 1)])

    def away(*_args: object) -> None:
        raise DatabaseError

    with connection.execute_wrapper(away):
        writer.write()
    assert not dict(rows.read())
    writer.write()
    assert dict(rows.read()) == {OK: 1}


def test_a_process_that_ends_writes_what_is_left(settings):
    settings.METRICS = {**settings.METRICS, "TOKEN": "x"}
    writer.start.cache_clear()
    pending.add([(OK, 1)])
    writer.start().stop()
    writer.start.cache_clear()
    assert dict(rows.read()) == {OK: 1}


def test_nothing_is_written_where_nobody_may_ask(settings):
    writer.start.cache_clear()
    assert not writer.start().is_alive()
    writer.start.cache_clear()


def test_a_note_replaces_the_one_before():
    assert rows.noted("swept") is None
    rows.note("swept", 1)
    rows.note("swept", 2)
    assert rows.noted("swept") == 2
