"""Callbacks that come again: four copies at once, and what somebody recorded, minutes and weeks later."""

import random
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from openuser.servers import valkey
from tests.benchmarks.door.installation import VIEW, Installation, callbacks
from tests.chaos.delivery import Database
from tests.chaos.scenarios.stage import Stage, furnished, migrated, new_folder, staged, with_clock
from tests.chaos.scenarios.traffic import Traffic
from tests.support.paths import ROOT

COPIES = 4
RECORDED = "SELECT count(*) FROM wecom_callback WHERE from_user_id LIKE 't%'"
ROWS = "SELECT status, reason FROM wecom_callback"
LATER = {"+1m": "1 minute", "+1h": "1 hour", "+7d": "7 days", "+40d": "40 days"}
KEPT = ("+1m", "+1h", "+7d")  # for thirty days
AGE = "UPDATE wecom_callback SET created_at = now() - %(age)s::interval, finished_at = now() - %(age)s::interval"
TIDY = "from openuser.tasks import tidy; tidy()"


def copies(chance: random.Random, short: bool) -> str:
    """Each callback comes four times at once; one row, one answer."""
    members = 40 if short else 1000
    with staged(Stage) as stage:
        with Traffic(stage, rate=20, most=members, copies=COPIES) as traffic:
            traffic.wait()
        verdict = traffic.verdict(seconds=300).check()
        ((rows,),) = stage.asks(RECORDED)
    words = f"{members} callbacks × {COPIES}: {rows} rows; {verdict}"
    assert rows == members, words
    return words


def replays(chance: random.Random, short: bool) -> str:
    """A recorded request is sent again by an attacker: no second row while there is one, and no action for ever."""
    database = Database(furnished(new_folder()))
    found: list[str] = []
    try:
        with (
            tempfile.TemporaryDirectory(prefix="ou-replays-", dir="/tmp") as folder,
            valkey.running(Path(folder) / "valkey") as broker,
        ):
            url = migrated(database)
            installation = Installation(Path(folder) / "site", url, broker=broker)
            (request,) = callbacks(1)
            with installation.serving(VIEW) as server:
                assert answered(server.port, request) == 200
            with psycopg.connect(url) as connection:
                connection.execute("UPDATE wecom_callback SET status = 'done'")
            for later, age in LATER.items():
                with psycopg.connect(url) as connection:
                    connection.execute(AGE, {"age": age})
                if later not in KEPT:
                    line = [sys.executable, "manage.py", "shell", "-c", TIDY]
                    subprocess.run(line, env=installation.env, cwd=ROOT, check=True)
                with installation.serving(VIEW, **with_clock(later)) as server:
                    assert answered(server.port, request) == 200, later
                with psycopg.connect(url) as connection:
                    rows = connection.execute(ROWS).fetchall()
                found.append(f"{later} {rows}")
                assert [row[0] for row in rows] == ["done" if later in KEPT else "cancelled"], found
    finally:
        database.close()
    return "; ".join(found)


def answered(port: int, request: bytes) -> int:
    """The status of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        return int(connection.recv(4096)[9:12])
