"""Callbacks at the door, beside peers, in one run: python -m tests.benchmarks.door [--callbacks N] [--soak N] [--short]

For a route that does nothing, the least view with wechatpy, the view under gunicorn, and the view and the lane under
uvicorn on PostgreSQL and on SQLite, one process each: durable acknowledgements a second, CPU of each, saturated and at
a pace, p99 at that pace, the longest of 1,000 connections at once, and how memory grows. Then the broker is refused,
mute and full, and the database away and mute, for the view and for the lane.
Both databases sync every commit to the disk.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openuser.servers import valkey
from tests.benchmarks.door import outages
from tests.benchmarks.door.http_load import arrive, paced, saturate
from tests.benchmarks.door.installation import LANE, VIEW, Installation, Server, callbacks
from tests.benchmarks.support.goals import goal
from tests.chaos.delivery import Database

CONNECTIONS = 64
PACES = {VIEW: 200, LANE: 500}  # callbacks a second; the view is for fewer
PACE, PACED_SECONDS = 500, 5
AT_ONCE = 1000
HEAD = f"{'':24}{'per second':>11}{'µs of CPU':>11}{'paced':>9}{'µs of CPU':>11}{'p99 ms':>9}{'1,000 at once, s':>18}"
MOST_CPU = {VIEW: 1000, LANE: 250}


def main() -> int:
    """Print the table, and each figure beside its goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--callbacks", type=int, default=10_000, help="callbacks of each saturated run")
    parser.add_argument("--soak", type=int, default=200_000, help="callbacks over which memory is watched; 0: none")
    parser.add_argument("--short", action="store_true", help="only the table")
    options = parser.parse_args()
    database = Database()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="ou-door-", dir="/tmp") as folder,
            valkey.running(Path(folder) / "valkey") as broker,
        ):
            on_postgres = Installation(Path(folder) / "postgres", database.url, broker=broker)
            on_sqlite = Installation(Path(folder) / "sqlite", "", broker=broker)
            print(HEAD, flush=True)
            for name in ("no-op", "wechatpy", "view by gunicorn"):
                measure(name, on_postgres, options.callbacks)
            for title, installation, least in (("PostgreSQL", on_postgres, 2000), ("SQLite", on_sqlite, 1500)):
                for name in (VIEW, LANE):
                    figures = measure(name, installation, options.callbacks, title)
                    goal("µs of CPU each", figures.cpu, at_most=MOST_CPU[name])
                    goal(f"µs of CPU each at {figures.pace} a second", figures.paced_cpu, at_most=MOST_CPU[name])
                    goal("p99 at that pace, ms", figures.p99, at_most=100)
                    goal("longest of 1,000 connections at once, s", figures.longest, at_most=2)
                goal(f"acknowledged a second by the lane on {title}", figures.rate, at_least=least)
            if options.soak and not options.short:
                soak(on_postgres, options.soak)
            for number, name in enumerate([] if options.short else [VIEW, LANE]):
                first = 50_000_000 + number * 1_000_000
                outages.measure(name, on_postgres, database, Path(folder) / "valkey", first=first)
    finally:
        database.close()
    return 0


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One line of the table: callbacks a second, µs of CPU of each, milliseconds and seconds."""

    rate: float
    cpu: float
    pace: int
    paced_cpu: float
    p99: float
    longest: float


def measure(name: str, installation: Installation, count: int, title: str = "") -> Figures:
    """Print one line of the table."""
    pace = PACES.get(name, PACE)
    number = pace * PACED_SECONDS
    with installation.serving(name) as server:
        requests = callbacks(count + number + AT_ONCE)
        # Everything is imported by then.
        saturate(server.port, callbacks(300, first=len(requests) + 1), connections=CONNECTIONS)
        rate, cpu = saturated(server, requests[:count])
        before = server.cpu_seconds()
        even = paced(server.port, requests[count : count + number], rate=pace, connections=CONNECTIONS)
        paced_cpu = (server.cpu_seconds() - before) / number * 1e6
        burst = arrive(server.port, requests[-AT_ONCE:], rate=0)
        assert set(even.statuses) == set(burst.statuses) == {200}, (even.statuses, burst.statuses)
    p99, longest = even.percentile(0.99) * 1000, burst.percentile(1)
    line = f"{f'{name} {title}':24}{rate:11,.0f}{cpu:11.0f}{pace:9}{paced_cpu:11.0f}{p99:9.1f}{longest:18.2f}"
    print(line, flush=True)
    return Figures(rate=rate, cpu=cpu, pace=pace, paced_cpu=paced_cpu, p99=p99, longest=longest)


def saturated(server: Server, requests: Sequence[bytes]) -> tuple[float, float]:
    """Requests a second, and microseconds of CPU of each."""
    before = server.cpu_seconds()
    report = saturate(server.port, requests, connections=CONNECTIONS)
    assert set(report.statuses) == {200}, report.statuses
    return len(requests) / report.seconds, (server.cpu_seconds() - before) / len(requests) * 1e6


def soak(installation: Installation, count: int) -> None:
    """Memory over many callbacks."""
    part = count // 10
    with installation.serving(LANE) as server:
        grown = []
        for number in range(10):
            saturate(server.port, callbacks(part, first=10_000_000 + number * part), connections=CONNECTIONS)
            grown.append(server.megabytes())
    print(f"memory over {count:,} callbacks, MB: {' '.join(f'{value:.0f}' for value in grown)}")
    goal("growth after the first tenth, MB", grown[-1] - grown[0], at_most=5)


if __name__ == "__main__":
    sys.exit(main())
