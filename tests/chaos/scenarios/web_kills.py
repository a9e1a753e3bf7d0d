"""Web processes are killed, and PostgreSQL crashes, while callbacks come as fast as a large company sends them."""

import os
import random
import signal
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import psycopg

from openuser.servers import valkey
from tests.benchmarks.door.installation import VIEW, Installation, Server, callbacks, children
from tests.chaos import door
from tests.chaos.delivery import Database
from tests.chaos.scenarios.stage import furnished, migrated, new_folder
from tests.runner.database_templates import FILE
from tests.support.emulator import wait_for

RATE = 200
IDENTITIES = "SELECT identity FROM wecom_callback"


def on_postgres(chance: random.Random, short: bool) -> str:
    """Twelve kills and three crashes of the database during six thousand callbacks."""
    database = Database(furnished(new_folder()))
    try:
        events = ["kill"] * (2 if short else 12) + ["crash"] * (1 if short else 3)
        return _play(chance, events, 400 if short else 6000, database)
    finally:
        database.close()


def on_sqlite(chance: random.Random, short: bool) -> str:
    """Eight kills during three thousand callbacks."""
    return _play(chance, ["kill"] * (2 if short else 8), 400 if short else 3000, None)


def _play(chance: random.Random, events: list[str], count: int, database: Database | None) -> str:
    with (
        tempfile.TemporaryDirectory(prefix="ou-kills-", dir="/tmp") as folder,
        valkey.running(Path(folder) / "valkey") as broker,
    ):
        url = migrated(database) if database else ""
        installation = Installation(Path(folder) / "site", url, broker=broker)
        with installation.serving(VIEW) as server:
            acts = {"kill": lambda: kill(server), "crash": database.crash if database else lambda: None}
            chance.shuffle(events)
            answers = _deliver(server.port, count, [acts[event] for event in events], chance)
            wait_for(installation.spool_is_empty, "the spool to be recorded", seconds=60)
        recorded = _identities(Path(folder) / "site", url)
    return _judged(answers, recorded, Counter(events))


def kill(server: Server) -> None:
    """Kill the processes that serve; their parent, which owns the socket, replaces them."""
    for pid in children(server.process.pid):
        with suppress(ProcessLookupError):  # it was killed a moment ago, and is gone
            os.kill(pid, signal.SIGKILL)


def _deliver(
    port: int, count: int, acts: Sequence[Callable[[], object]], chance: random.Random
) -> list[tuple[int, float]]:
    """The number of the try that was answered, and after how long; callbacks come evenly, acts at random."""
    requests, seconds = callbacks(count), count / RATE
    began = time.monotonic() + 0.5
    with ThreadPoolExecutor(100) as pool:
        answers = [pool.submit(_timed, port, request, began + number / RATE) for number, request in enumerate(requests)]
        for at, act in zip(sorted(chance.uniform(0, seconds) for _ in acts), acts, strict=True):
            time.sleep(max(0.0, began + at - time.monotonic()))
            act()
        return [answer.result() for answer in answers]


def _timed(port: int, request: bytes, at: float) -> tuple[int, float]:
    answered = door.deliver(port, request, at)
    return answered.tries if answered else 0, time.monotonic() - at


def _identities(folder: Path, url: str) -> list[str]:
    """Of all recorded callbacks."""
    if url:
        with psycopg.connect(url) as connection:
            return [row[0] for row in connection.execute(IDENTITIES)]
    with closing(sqlite3.connect(folder / FILE, timeout=20)) as file:
        return [row[0] for row in file.execute(IDENTITIES)]


def _judged(answers: list[tuple[int, float]], recorded: list[str], events: Counter[str]) -> str:
    never = sum(tries == 0 for tries, _seconds in answers)
    doubled = len(recorded) - len(set(recorded))
    lost = max(0, len(answers) - never - len(set(recorded)))
    waits = sorted(seconds for tries, seconds in answers if tries)
    tries = Counter(tries for tries, _seconds in answers if tries)
    words = (
        f"{len(answers)} callbacks, {dict(events)}: never in {never}, lost {lost}, doubled {doubled}; "
        f"tries {dict(sorted(tries.items()))}, p99 {waits[int(0.99 * len(waits))]:.2f} s, longest {waits[-1]:.2f} s"
    )
    assert (never, lost, doubled) == (0, 0, 0), words
    assert waits[-1] < door.DEADLINE, words
    return words
