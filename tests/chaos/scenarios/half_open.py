"""Connections to the database and the broker die without a word, as behind a firewall that forgot them.

In a network of its own, so that its rules concern nobody else.
"""

import ctypes
import os
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from openuser.servers import postgres, valkey
from tests.chaos.delivery import Database
from tests.chaos.scenarios.stage import CannotPlay, Stage, ensure_program, furnished, new_folder, staged
from tests.chaos.scenarios.traffic import Traffic
from tests.support.emulator import wait_for

NEW_NETWORK = 0x40000000  # CLONE_NEWNET
NO_NETWORK = "A network of its own cannot be made.\n  Run this scenario as root."
DATABASE_PORT, BROKER_PORT = 5432, 6379
ESTABLISHED = "01"
DETECTED = 20.0  # seconds: fifteen until a dead connection is found, and a sweep
BOTH_WAYS = (("--dport", "--sport"), ("--sport", "--dport"))
PASSWORD = "half-open"


class Reachable(Database):
    """A PostgreSQL on TCP."""

    settings = ("listen_addresses=127.0.0.1",)

    def start(self) -> None:
        super().start()
        local = postgres.url(self.folder, name="postgres")
        with psycopg.connect(local) as connection:
            connection.execute(f"ALTER ROLE {postgres.DATABASE_USER} PASSWORD '{PASSWORD}'")
        self.url = f"postgres://{postgres.DATABASE_USER}:{PASSWORD}@127.0.0.1:{DATABASE_PORT}/postgres"


class ByTCP(Stage):
    """A stage whose broker is on TCP, too."""

    def serve(self) -> None:
        binary = valkey.find_binary()
        assert binary is not None
        folder = self.folder / "valkey"
        line = [*valkey.command(binary, folder), "--port", str(BROKER_PORT), "--bind", "127.0.0.1"]
        with (self.folder / "valkey.log").open("wb") as log:
            self.owner.start(line, output=log)
        wait_for(lambda: valkey.is_ready(folder), "the broker")
        self.env["TEST_BROKER_URL"] = f"redis://127.0.0.1:{BROKER_PORT}/0"


def play(chance: random.Random, short: bool) -> str:
    """A dead connection is noticed in seconds, and everybody is answered once."""
    enter_own_network()
    troubles = [("database", DATABASE_PORT), ("broker", BROKER_PORT)]
    chance.shuffle(troubles)
    told: list[str] = []
    with staged(ByTCP, database=Reachable(furnished(new_folder()))) as stage:
        for name, port in troubles[: 1 if short else None]:
            told.append(f"{name} mute for 10 s: {_mute(stage, port)}")
            told.append(f"dead connections to the {name}: {_dead(stage, port)}")
    return "; ".join(told)


def enter_own_network() -> None:
    """Move this process and its later children into a new network. Raises `CannotPlay` if the system refuses."""
    ensure_program("iptables", package="iptables")
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_NETWORK):
        raise CannotPlay(f"{NO_NETWORK}\n  It said: {os.strerror(ctypes.get_errno())}")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def _mute(stage: Stage, port: int) -> str:
    """All packets are lost for ten seconds."""
    with Traffic(stage, rate=3) as traffic:
        time.sleep(2)
        with dropped(["--dport", str(port)], ["--sport", str(port)]):
            time.sleep(10)
        time.sleep(3)
    return str(traffic.verdict(seconds=120).check())


def _dead(stage: Stage, port: int) -> str:
    """The packets of all present connections are lost for ever; new ones work."""
    pairs = [[end, str(port), other, str(client)] for client in clients(port) for end, other in BOTH_WAYS]
    with dropped(*pairs), Traffic(stage, rate=1) as traffic:
        person = stage.emulator.hire()
        began = time.monotonic()
        person.writes("怎么请假")
        person.reads(seconds=120)
        waited = time.monotonic() - began
    verdict = traffic.verdict(seconds=120).check()
    words = f"{len(pairs) // 2} connections, answered again after {waited:.0f} s; {verdict}"
    assert waited < DETECTED, words
    return words


def clients(port: int) -> list[int]:
    """The other ends of the connections to a port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    found = [(row[1], row[2]) for row in rows if row[3] == ESTABLISHED]
    return [int(here[-4:], 16) for here, there in found if int(there[-4:], 16) == port]


@contextmanager
def dropped(*matches: list[str]) -> Iterator[None]:
    """Packets that match one of these are lost."""
    rules = [["INPUT", "-p", "tcp", *match, "-j", "DROP"] for match in matches]
    for rule in rules:
        subprocess.run(["iptables", "-A", *rule], check=True)
    try:
        yield
    finally:
        for rule in rules:
            subprocess.run(["iptables", "-D", *rule], check=True)
