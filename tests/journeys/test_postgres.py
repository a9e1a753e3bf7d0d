"""`up --db postgres` beside an older SQLite file: answers, a killed supervisor, an orderly end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from openuser.servers import postgres
from tests.support.emulator import Emulator, free_port, wait_for
from tests.support.paths import ROOT

# In the suite, tests/openuser/servers/test_servers.py starts, kills and ends the same server.
pytestmark = [pytest.mark.slow, pytest.mark.thorough]
OURS = ("OPENUSER_", "WECHAT_", "EMULATOR_", "TEST_", "DATABASE_", "BROKER_")


class Installation:
    """A var folder, and `up` and other commands on it."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self.output = folder / "output"
        self.port, self.emulator = free_port(), Emulator(free_port())
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self.env |= {
            "DJANGO_SETTINGS_MODULE": "openuser.settings.embedded",
            "OPENUSER_BOOTSTRAP": "off",
            "OPENUSER_DOTENV": os.devnull,
            "OPENUSER_VAR_DIR": str(self.var),
            "OPENUSER_LOG_DIR": str(folder / "logs"),
            "OPENUSER_SWEEP_SECONDS": "4",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def up(self, *options: str) -> str:
        """Start; what the person who started it reads."""
        line = ["up", "--port", str(self.port), "--emulator-port", str(self.emulator.port), *options]
        with self.output.open("wb") as output:
            process = self.process = subprocess.Popen(
                [sys.executable, "manage.py", *line], cwd=ROOT, env=self.env, stdout=output, stderr=output
            )
        wait_for(lambda: "Ctrl-C ends" in self.said() or process.poll() is not None, "READY", seconds=300)
        assert process.poll() is None, self.said()
        return self.said()

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def end(self, number: int) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def manage(self, *line: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "manage.py", *line]
        return subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)

    def messages(self) -> int:
        """How many messages the database has."""
        with psycopg.connect(postgres.url(self.var / "postgres")) as connection:
            found = connection.execute("SELECT count(*) FROM conversations_message").fetchone()
        assert found is not None
        return int(found[0])

    def left(self) -> list[str]:
        """The programs that still run for this folder."""
        marker = f"OPENUSER_VAR_DIR={self.var}".encode()
        found = [
            f"postgres {number}" for number in postgres.server_processes(postgres.data_folder(self.var / "postgres"))
        ]
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if marker in (process / "environ").read_bytes().split(b"\0"):
                    found.append((process / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue
        return found


@pytest.fixture
def installation(tmp_path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    try:
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            made.end(signal.SIGINT)


def test_up_brings_a_postgres_keeps_its_data_and_leaves_nothing_running(installation):
    installation.var.mkdir(mode=0o700)
    earlier = installation.var / "openuser.sqlite3"
    earlier.write_bytes(b"as it was")
    said = installation.up("--db", "postgres")
    assert f"Data    PostgreSQL in {installation.var}/postgres" in said
    assert "PostgreSQL instead of SQLite: these are two databases, and nothing is moved" in said
    person = installation.emulator.hire()
    person.writes("你好")
    first = person.reads_text()
    messages = installation.messages()
    assert messages >= 2  # a video on PostgreSQL is made in test_production

    installation.end(signal.SIGKILL)
    wait_for(lambda: len(installation.left()) <= 1, "everything to end with its supervisor")
    (acceptor,) = installation.left()  # callbacks are still taken, until the next `up` takes its socket
    assert "wecom.callbacks.acceptor" in acceptor

    said = installation.up()
    assert "Note" not in said
    assert f"Data    PostgreSQL in {installation.var}/postgres" in said
    assert installation.messages() == messages
    before = len(person.received())
    person.writes("你好")
    wait_for(lambda: len(person.received()) > before, "an answer")
    assert person.texts()[-1] == first

    assert installation.end(signal.SIGINT) == 0
    assert installation.left() == []
    assert not (installation.var / "postgres" / "data" / "postmaster.pid").exists()
    assert "Traceback" not in installation.said()
    assert earlier.read_bytes() == b"as it was"
    refused = installation.manage("createsuperuser", "--noinput", "--username=grace", "--email=")
    assert refused.returncode == 1
    assert f"The PostgreSQL of {installation.var}/postgres does not run." in refused.stderr
    assert "Traceback" not in refused.stderr
