"""The broker and the database are taken away while callbacks come: acknowledged in time, none lost, none doubled."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import psycopg
import redis

from openuser.servers import valkey
from tests.benchmarks.door.http_load import arrive
from tests.benchmarks.door.installation import Installation, callbacks, children
from tests.benchmarks.support.goals import goal
from tests.chaos.broker_faults import without_memory
from tests.chaos.delivery import Database
from tests.support.emulator import wait_for

COUNT, RATE = 400, 100
AGAIN = 20  # of them come twice
REFUSED = "redis://127.0.0.1:9/0"  # nothing listens there


def measure(server_name: str, installation: Installation, database: Database, broker: Path, *, first: int) -> None:
    """A line for each outage that one of `SERVERS` meets. Its callbacks are numbered from `first`."""
    troubles: dict[str, Callable[[], AbstractContextManager[None]]] = {
        "the broker is refused": nullcontext,
        "the broker is mute": lambda: stopped([_server(broker).info("server")["process_id"]]),
        "the broker is full": lambda: without_memory(_server(broker)),
        "the database is away": lambda: away(database),
        "the database is mute": lambda: stopped([database.process.pid, *children(database.process.pid)]),
    }
    for number, (name, trouble) in enumerate(troubles.items()):
        env = {"BROKER_URL": REFUSED} if name == "the broker is refused" else {}
        with installation.serving(server_name, **env) as server:
            requests = callbacks(2 * COUNT, first=first + number * 10_000)
            arrive(server.port, requests[:COUNT], rate=RATE)
            wait_for(installation.spool_is_empty, "earlier callbacks to be recorded", seconds=60)
            before = _rows(database)
            with trouble():
                report = arrive(server.port, [*requests[COUNT:], *requests[-AGAIN:]], rate=RATE)
            wait_for(installation.spool_is_empty, "the spool to be recorded", seconds=60)
        print(f"{server_name}, {name}: {dict(report.statuses)}", flush=True)
        goal("longest acknowledgement, s", report.percentile(1), at_most=1)
        goal("not acknowledged", report.statuses.total() - report.statuses[200], at_most=0)
        goal("lost or doubled", abs(_rows(database) - before - COUNT), at_most=0)


@contextmanager
def stopped(pids: Sequence[int]) -> Iterator[None]:
    """Processes that take what is sent to them and answer nothing."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def away(database: Database) -> Iterator[None]:
    """Nothing listens where the database was."""
    database.process.send_signal(signal.SIGQUIT)
    database.process.wait()
    try:
        yield
    finally:
        database.start()


def _server(folder: Path) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(valkey.socket_path(folder)))


def _rows(database: Database) -> int:
    with psycopg.connect(database.url) as connection:
        row = connection.execute("SELECT count(*) FROM wecom_callback").fetchone()
    return int(row[0]) if row else 0
