"""An upgrade under load: the code of before gives way to this one, process by process, while callbacks come.

The code of before is the commit ahead of the newest migrations. They run beside a report that reads every table for
seven seconds.
"""

import random
import signal
import subprocess
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import psycopg

from tests.benchmarks.door.http_load import Report, arrive
from tests.benchmarks.door.installation import MEMBERS, callbacks
from tests.chaos.scenarios.stage import CannotPlay, Stage, staged
from tests.chaos.scenarios.traffic import Traffic
from tests.runner.database_templates import create
from tests.support.emulator import wait_for
from tests.support.paths import ROOT

COMMITS = 1  # with new migrations lie between both versions: `migrate` refuses those before the first ones of today
RATE, SECONDS, LONGEST = 100, 12.0, 2.0
REPORT_SECONDS = 7.0
TABLES = "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'"
WAITS = "SELECT 1 FROM pg_locks WHERE NOT granted"
RECEIVED = (
    "SELECT COUNT(*) FROM emulator_entry entry JOIN emulator_member member ON member.id = entry.member_id "
    "WHERE entry.received AND member.userid LIKE 'user%'"
)
ROLLED = ("web", "worker", "render", "beat")


class Upgrade(Stage):
    """Programs that begin with the database and the code of before."""

    forks = False

    def prepare(self) -> None:
        create(self.server, self.database)
        for command in ("migrate", "seed"):
            self.manage(command)

    def replace(self, name: str) -> None:
        """Start a part anew from this checkout, and end the one of before once it serves, as a rolling update does."""
        old = self.parts[name]
        self.run(name)
        if name == "web":  # both serve on one socket
            wait_for(self.is_up, "the new web process")
        old.send_signal(signal.SIGTERM)
        old.wait(30)


def play(chance: random.Random, short: bool) -> str:
    """No callback waits for the migrations, none is refused, and everybody is answered once."""
    with tempfile.TemporaryDirectory(prefix="ou-before-", dir="/tmp") as folder:
        commit = code_of_before(Path(folder))

        class Before(Upgrade):
            tree = Path(folder)

        with staged(Before) as stage:
            before = _applied(stage)
            stage.emulator.add_crowd("user", MEMBERS)
            stage.emulator.api("POST", "members", json={"userid": "user0", "name": "user0"})
            with Traffic(stage, rate=2) as traffic, ThreadPoolExecutor(1) as pool:
                load = pool.submit(arrive, stage.port, callbacks(int(RATE * SECONDS)), rate=RATE)
                stage.tree = ROOT
                with report_of(stage) as over:
                    began = time.monotonic()
                    stage.manage("migrate", "--verbosity", "0")
                    took = time.monotonic() - began
                assert over.is_set(), "the report did not end"
                found = load.result()
                for name in ROLLED:
                    stage.replace(name)
                    time.sleep(1)
            verdict = traffic.verdict(seconds=300).check()
            received, applied = _received(stage), _applied(stage) - before
            stage.manage("migrate", "--check")
    return _judged(found, f"{commit} → here, {applied} migrations in {took:.0f} s", received, str(verdict))


def code_of_before(folder: Path) -> str:
    """Put the commit before the newest migrations into a folder; its name. Raises `CannotPlay` without a history."""
    line = ["git", "log", f"-{COMMITS}", "--diff-filter=A", "--format=%h", "--", "*/migrations/0*.py"]
    found = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    if len(found) < COMMITS:
        raise CannotPlay("There is no older code to upgrade from.\n  Play this in a checkout with its history.")
    commit = f"{found[-1]}^"
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        raise CannotPlay(f"The commit {commit} is not here.\n  Fetch the history: git fetch --unshallow")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return commit


@contextmanager
def report_of(stage: Stage) -> Iterator[threading.Event]:
    """A transaction that has read every table, and ends seven seconds after a migration has begun to wait for it."""
    over = threading.Event()

    def end() -> None:
        wait_for(lambda: stage.asks(WAITS), "a migration to wait", seconds=60)
        time.sleep(REPORT_SECONDS)
        connection.rollback()
        over.set()

    with psycopg.connect(stage.postgres_url()) as connection:
        (tables,) = connection.execute(TABLES).fetchone() or ("",)
        connection.execute(f"LOCK TABLE {tables} IN ACCESS SHARE MODE")
        thread = threading.Thread(target=end)
        thread.start()
        yield over
        thread.join()


def _applied(stage: Stage) -> int:
    ((count,),) = stage.asks("SELECT count(*) FROM django_migrations")
    return int(count)


def _received(stage: Stage) -> int:
    """How many messages the members of the load got."""
    ((count,),) = stage.asks_emulator(RECEIVED)
    return int(count)


def _judged(load: Report, title: str, received: int, verdict: str) -> str:
    count, longest = load.statuses.total(), load.percentile(1)
    words = (
        f"{title}; {count} callbacks at {RATE}/s beside a {REPORT_SECONDS:.0f} s report: {dict(load.statuses)}, "
        f"longest {longest:.2f} s, answered {received}; {verdict}"
    )
    assert set(load.statuses) == {200}, words
    assert longest < LONGEST, words
    assert received == count, words
    return words
