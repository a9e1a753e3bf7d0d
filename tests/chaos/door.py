"""Callbacks come while processes of every kind are killed: none may be refused for good, lost or doubled.

`python -m tests.chaos.door [--mix all|parents] [--load 20] [--update] [--callbacks 300] [--kills 30] [--seed N]` runs
`up` on PostgreSQL as systemd does, on a socket that stays open, with a restart of `up` a second after its death. Each
callback is tried as WeChat Work does. `--mix parents` kills only `up` and the parent of the web processes; `--update`
ends `up` in order while its acceptor of a unit of its own stays, and starts it again while `migrate` has to wait.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from openuser.bootstrap import secrets_file
from openuser.launcher import listener
from openuser.servers import postgres
from tests.benchmarks.door.installation import callbacks, children, is_empty, settings_of
from tests.support.emulator import wait_for
from tests.support.paths import ROOT

DEADLINE, RETRIES, PAUSE = 5.0, 3, 1.0  # of the platform: seconds for an answer, further tries, seconds between them
KINDS = {  # what is killed: a word of its command line or its name, and how often of 20 times
    "web": ("web_process", 5),
    "web server": ("web_process", 3),  # the parent of those that serve
    "postgres": ("postgres", 4),
    "worker": ("worker", 2),
    "render": ("render", 1),
    "beat": ("beat", 1),
    "workers": ("worker_process", 1),  # the parent of the three
    "broker": ("valkey", 2),
    "acceptor": ("callbacks.acceptor", 1),
    "up": ("", 2),
}
WORKERS = ("worker", "render", "beat")
MIXES = {"all": list(KINDS), "parents": ["web server", "workers", "up"]}
RESTART = 1.0  # seconds until systemd starts `up` again
MIGRATE_SECONDS = 20.0  # that the `migrate` of an update takes
PROMISED = 1.0  # seconds until a callback is acknowledged


@dataclass(kw_only=True)
class Report:
    """What became of the callbacks."""

    callbacks: int
    kills: Counter[str] = field(default_factory=Counter)
    answers: list["Answered"] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)

    @property
    def never(self) -> int:
        """How many got no answer."""
        return self.callbacks - len(self.answers)

    @property
    def lost(self) -> int:
        """How many were acknowledged and are not recorded.

        What never got in may have been recorded all the same: only its answer was too late.
        """
        return max(0, len(self.answers) - len(set(self.recorded)))

    @property
    def doubled(self) -> int:
        return len(self.recorded) - len(set(self.recorded))

    def __str__(self) -> str:
        waits = sorted(answered.seconds for answered in self.answers) or [0.0]
        late = sum(seconds > PROMISED for seconds in waits)
        tries = dict(sorted(Counter(answered.tries for answered in self.answers).items()))
        return (
            f"{self.callbacks} callbacks, kill -9 of {dict(self.kills)}; tries until the answer: {tries}\n"
            f"figures: never got in {self.never}, lost {self.lost}, doubled {self.doubled}, "
            f"median {waits[len(waits) // 2]:.2f} s, {late} after more than {PROMISED:g} s, longest {waits[-1]:.2f} s"
        )


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A callback that was acknowledged: with which try, and how long after the first one began."""

    tries: int
    seconds: float


class Up:
    """`manage.py up` on a socket that outlives it.

    Attributes:
        database: the URL of a server that is not its own; "" for its own.
    """

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder = folder
        self.database = database
        self.socket = listener.opened("127.0.0.1", 0)
        self.port = self.socket.getsockname()[1]
        self.env = {**settings_of(folder), "LISTEN_FDS": "1"}
        self.env |= {"DATABASE_URL": database} if database else {"OPENUSER_DB": "postgres"}
        self.process = self._start()
        self._acceptor: subprocess.Popen[bytes] | None = None
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep)
        self._keeper.start()
        wait_for(self.is_ready, "`up` to be ready", seconds=400)

    def _start(self) -> "subprocess.Popen[bytes]":
        """As systemd does: the socket is descriptor 3, and the process is the one that it is meant for."""
        return self._run(f"manage.py up --no-emulator {'' if self.database else '--db postgres'}", self.env)

    def _run(self, words: str, env: dict[str, str]) -> "subprocess.Popen[bytes]":
        line = f"exec 3<&{self.socket.fileno()}; export LISTEN_PID=$$; exec {sys.executable} {words}"
        with (self.folder / "up.log").open("ab") as log:
            return subprocess.Popen(
                ["bash", "-c", line], env=env, cwd=ROOT, stdout=log, stderr=log, pass_fds=[self.socket.fileno()]
            )

    def starts(self) -> int:
        """How often it has become ready."""
        return (self.folder / "up.log").read_bytes().count(b"READY after")

    def is_ready(self) -> bool:
        return self.starts() > 0

    def start_acceptor(self) -> None:
        """That of a unit of its own, with the environment that docs/operations.md gives it."""
        keys = secrets_file.read(self.folder / "secrets.env")["OPENUSER_FIELD_KEYS"]
        words = f"-m wecom.callbacks.acceptor --descriptor 3 --serving {listener.serving_path(self.folder)}"
        self._acceptor = self._run(words, {**self.env, "OPENUSER_FIELD_KEYS": keys})

    def update(self, seconds: float) -> None:
        """End `up` in order, and start it again; its `migrate` has to wait for so long."""
        before = self.starts()
        with psycopg.connect(self.database) as connection:
            connection.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
            self.process.terminate()
            time.sleep(seconds)
            assert self.starts() == before
        wait_for(lambda: self.starts() > before, "`up` to be ready again", seconds=400)

    def kill(self, kind: str) -> bool:
        """Kill a process as by `kill -9`; False if it is not there."""
        if kind == "up":
            self.process.kill()
            return True
        word, _often = KINDS[kind]
        found = [pid for pid in children(self.process.pid) if word in command_line(pid)]
        if kind == "web":
            found = [child for pid in found for child in children(pid)]
        if kind in WORKERS:
            parents = [pid for pid in children(self.process.pid) if "worker_process" in command_line(pid)]
            found = [child for pid in parents for child in children(pid) if process_name(child) == word]
        for pid in found:
            os.kill(pid, signal.SIGKILL)
        return bool(found)

    def _keep(self) -> None:
        """Start `up` again whenever it has ended."""
        while not self._over.wait(0.1):
            if self.process.poll() is not None and not self._over.wait(RESTART):
                self.process = self._start()

    def identities(self) -> list[str]:
        """Of all recorded callbacks."""
        with psycopg.connect(self.database or postgres.url(self.folder / "postgres")) as connection:
            return [row[0] for row in connection.execute("SELECT identity FROM wecom_callback")]

    def close(self) -> None:
        self._over.set()
        self._keeper.join()
        for process in (self.process, self._acceptor):
            if process is not None:
                process.terminate()
                process.wait(60)
        self.socket.close()


def command_line(pid: int) -> str:
    """With which a process was started; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def process_name(pid: int) -> str:
    """The name of a process, which it may give itself; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def deliver(port: int, request: bytes, at: float) -> Answered | None:
    """Try as the platform does, beginning at a time; None if no try was answered."""
    time.sleep(max(0.0, at - time.monotonic()))
    began = time.monotonic()
    for number in range(1, 2 + RETRIES):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
                connection.sendall(request)
                if connection.recv(4096).startswith(b"HTTP/1.1 200"):
                    return Answered(tries=number, seconds=time.monotonic() - began)
        except OSError:
            pass
        time.sleep(PAUSE)
    return None


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """So many others want the processors, as long as the block lasts."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def killing(up: Up, report: Report, *, mix: str, times: list[float], chance: random.Random) -> None:
    """Kill processes of a mix at these times."""
    for at in times:
        time.sleep(max(0.0, at - time.monotonic()))
        kind = chance.choices(MIXES[mix], [KINDS[name][1] for name in MIXES[mix]])[0]
        # At load one that was killed is away for longer than until the next kill, which is as good.
        report.kills[kind] += up.kill(kind)


def play(up: Up, options: argparse.Namespace) -> Report:
    """Let callbacks come evenly while processes are killed at random, or while `up` is updated."""
    count, seconds, chance = options.callbacks, options.seconds, random.Random(options.seed)
    report = Report(callbacks=count)
    with busy(options.load):
        began = time.monotonic()
        with ThreadPoolExecutor(100) as pool:
            answers = [
                pool.submit(deliver, up.port, request, began + seconds * number / count)
                for number, request in enumerate(callbacks(count))
            ]
            if options.update:
                up.update(MIGRATE_SECONDS)
            times = sorted(began + chance.uniform(0, seconds) for _ in range(options.kills))
            killing(up, report, mix=options.mix, times=times, chance=chance)
            report.answers = [answered for answer in answers if (answered := answer.result())]
    wait_for(lambda: is_empty(up.folder / "spool"), "the spool to be recorded", seconds=180)
    report.recorded = up.identities()
    return report


def main() -> int:
    """Print what became of the callbacks; exit code 1 if one did not get in, was lost or came twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mix", choices=sorted(MIXES), default="all", help="the processes that are killed")
    parser.add_argument("--load", type=int, default=0, help="so many others want the processors")
    parser.add_argument("--update", action="store_true", help="`up` ends in order, and its `migrate` waits")
    parser.add_argument("--callbacks", type=int, default=300)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ou-door-", dir="/tmp")))
        up = Up(folder, stack.enter_context(postgres.running()) if options.update else "")
        stack.callback(up.close)
        if options.update:
            up.start_acceptor()
        report = play(up, options)
    print(report)
    return 1 if report.never or report.lost or report.doubled else 0


if __name__ == "__main__":
    sys.exit(main())
