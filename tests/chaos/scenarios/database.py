"""PostgreSQL loses its connections, crashes, has none to give, and is away for seconds, while members ask."""

import random
import time
from contextlib import suppress

import psycopg

from tests.benchmarks.door.outages import away
from tests.chaos.scenarios.stage import Stage, staged
from tests.chaos.scenarios.traffic import Traffic

OTHERS = "pid <> pg_backend_pid() AND backend_type = 'client backend'"
END_ALL = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {OTHERS}"
DRAINED = 10.0  # seconds from the return of the database until the spool is empty


def play(chance: random.Random, short: bool) -> str:
    """No callback is refused, the spool is empty seconds later, and everybody is answered once."""
    faults = [connections_end, crash, none_to_give, away_for_seconds]
    chance.shuffle(faults)
    drained = 0.0
    with staged(Stage) as stage:
        with Traffic(stage, rate=5) as traffic:
            for fault in faults[: 1 if short else None]:
                time.sleep(3)
                fault(stage)
                drained = max(drained, stage.seconds_until_recorded(at_most=60))
            time.sleep(3)
        verdict = traffic.verdict(seconds=120).check()
    words = f"{', '.join(fault.__name__ for fault in faults)}; spool empty ≤ {drained:.1f} s later; {verdict}"
    assert drained <= DRAINED, words
    return words


def connections_end(stage: Stage) -> None:
    """Three times, as by an administrator."""
    for _ in range(3):
        with psycopg.connect(stage.own_database.url) as connection:
            connection.execute(END_ALL)
        time.sleep(0.5)


def crash(stage: Stage) -> None:
    stage.own_database.crash()


def none_to_give(stage: Stage, *, seconds: float = 8.0) -> None:
    """Another program takes every connection that the server has."""
    taken: list[psycopg.Connection[object]] = []
    try:
        connections_end(stage)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(psycopg.OperationalError):  # too many clients already
                while True:
                    taken.append(psycopg.connect(stage.own_database.url))
            time.sleep(0.1)
    finally:
        for connection in taken:
            connection.close()


def away_for_seconds(stage: Stage) -> None:
    with away(stage.own_database):
        time.sleep(10)
