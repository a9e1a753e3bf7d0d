"""Callbacks come while processes of every kind are killed: none may be refused for good, lost or doubled.

`python -m tests.chaos.door [--callbacks 300] [--kills 30] [--seed N]` runs `up --db postgres` as systemd does, on a
socket that stays open, with a restart of `up` a second after its death. Each callback is tried as WeChat Work does.
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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from openuser.launcher import listener
from openuser.servers import postgres
from tests.benchmarks.door.installation import callbacks, children, is_empty, settings_of
from tests.support.emulator import wait_for
from tests.support.paths import ROOT

DEADLINE, RETRIES, PAUSE = 5.0, 3, 1.0  # of the platform: seconds for an answer, further tries, seconds between them
KINDS = {  # what is killed: a word of its command line, and how often of 20 times
    "web": ("web_process", 5),
    "web server": ("web_process", 3),  # the parent of those that serve
    "postgres": ("postgres", 4),
    "worker": ("worker@", 2),
    "render": ("render@", 1),
    "beat": ("openuser beat", 1),
    "broker": ("valkey", 2),
    "up": ("", 2),
}
RESTART = 1.0  # seconds until systemd starts `up` again


@dataclass(kw_only=True)
class Report:
    """What became of the callbacks."""

    callbacks: int
    kills: Counter[str] = field(default_factory=Counter)
    tries: Counter[int] = field(default_factory=Counter)
    never: int = 0
    lost_or_doubled: int = 0

    def __str__(self) -> str:
        return (
            f"{self.callbacks} callbacks, kill -9 of {dict(self.kills)}; tries until the answer: {dict(self.tries)}\n"
            f"  never got in {self.never}, lost or doubled {self.lost_or_doubled}"
        )


class Up:
    """`manage.py up` on a socket that outlives it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = listener.opened("127.0.0.1", 0)
        self.port = self.socket.getsockname()[1]
        self.env = {**settings_of(folder), "OPENUSER_DB": "postgres", "LISTEN_FDS": "1"}
        self.process = self._start()
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep)
        self._keeper.start()
        wait_for(self.is_ready, "`up` to be ready", seconds=400)

    def _start(self) -> "subprocess.Popen[bytes]":
        """As systemd does: the socket is descriptor 3, and the process is the one that it is meant for."""
        up = f"exec {sys.executable} manage.py up --no-emulator --db postgres"
        line = f"exec 3<&{self.socket.fileno()}; export LISTEN_PID=$$; {up}"
        with (self.folder / "up.log").open("ab") as log:
            return subprocess.Popen(
                ["bash", "-c", line], env=self.env, cwd=ROOT, stdout=log, stderr=log, pass_fds=[self.socket.fileno()]
            )

    def is_ready(self) -> bool:
        return b"READY after" in (self.folder / "up.log").read_bytes()

    def kill(self, kind: str) -> bool:
        """Kill a process as by `kill -9`; False if it is not there."""
        if kind == "up":
            self.process.kill()
            return True
        word, _often = KINDS[kind]
        found = [pid for pid in children(self.process.pid) if word in command_line(pid)]
        if kind == "web":
            found = [child for pid in found for child in children(pid)]
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
        with psycopg.connect(postgres.url(self.folder / "postgres")) as connection:
            return [row[0] for row in connection.execute("SELECT identity FROM wecom_callback")]

    def close(self) -> None:
        self._over.set()
        self._keeper.join()
        self.process.terminate()
        self.process.wait(60)
        self.socket.close()


def command_line(pid: int) -> str:
    """With which a process was started; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def deliver(port: int, request: bytes, at: float) -> int:
    """Try as the platform does, beginning at a time; the number of the try that was answered, 0 for none."""
    time.sleep(max(0.0, at - time.monotonic()))
    for number in range(1, 2 + RETRIES):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
                connection.sendall(request)
                if connection.recv(4096).startswith(b"HTTP/1.1 200"):
                    return number
        except OSError:
            pass
        time.sleep(PAUSE)
    return 0


def play(folder: Path, *, count: int, kills: int, seconds: float, seed: int) -> Report:
    """Let callbacks come evenly while processes are killed at random."""
    report, chance, up = Report(callbacks=count), random.Random(seed), Up(folder)
    try:
        began = time.monotonic()
        with ThreadPoolExecutor(100) as pool:
            answers = [
                pool.submit(deliver, up.port, request, began + seconds * number / count)
                for number, request in enumerate(callbacks(count))
            ]
            for at in sorted(chance.uniform(0, seconds) for _ in range(kills)):
                time.sleep(max(0.0, began + at - time.monotonic()))
                kind = chance.choices(list(KINDS), [often for _word, often in KINDS.values()])[0]
                wait_for(lambda: up.kill(kind), f"{kind} to be there", seconds=120)  # noqa: B023
                report.kills[kind] += 1
            tries = [answer.result() for answer in answers]
        report.tries = Counter(number for number in tries if number)
        report.never = tries.count(0)
        wait_for(lambda: is_empty(folder / "spool"), "the spool to be recorded", seconds=180)
        recorded = up.identities()
        # What never got in may have been recorded all the same: only its answer was too late.
        report.lost_or_doubled = len(recorded) - len(set(recorded)) + max(0, count - report.never - len(recorded))
    finally:
        up.close()
    return report


def main() -> int:
    """Print what became of the callbacks; exit code 1 if one did not get in, was lost or came twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--callbacks", type=int, default=300)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="ou-door-", dir="/tmp") as folder:
        report = play(
            Path(folder), count=options.callbacks, kills=options.kills, seconds=options.seconds, seed=options.seed
        )
    print(report)
    return 1 if report.never or report.lost_or_doubled else 0


if __name__ == "__main__":
    sys.exit(main())
