"""Callbacks at the door, beside peers, in one run: python -m tests.benchmarks.door [--callbacks N] [--soak N]

For a route that does nothing, the least view with wechatpy, the view under gunicorn, and the fast lane on PostgreSQL
and on SQLite, one process each: durable acknowledgements a second, CPU of each, p99 at 500 a second, the longest of
1,000 connections at once, and how memory grows. Then the broker is refused, mute and full, and the database away and
mute.
Both databases sync every commit to the disk.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from openuser.servers import valkey
from tests.benchmarks.door import outages
from tests.benchmarks.door.http_load import arrive, saturate
from tests.benchmarks.door.installation import FAST_LANE, Installation, Server, callbacks
from tests.benchmarks.support.goals import goal
from tests.chaos.delivery import Database

CONNECTIONS = 64
RATE, RATED = 500, 2500
AT_ONCE = 1000
HEAD = f"{'':24}{'per second':>11}{'µs of CPU':>11}{'p99 ms':>9}{'1,000 at once, s':>18}"


def main() -> int:
    """Print the table, and each figure beside its goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--callbacks", type=int, default=10_000, help="callbacks of each saturated run")
    parser.add_argument("--soak", type=int, default=200_000, help="callbacks over which memory is watched; 0: none")
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
            for name in ("no-op", "wechatpy", "DRF view"):
                measure(name, on_postgres, options.callbacks)
            for title, installation, least in (("PostgreSQL", on_postgres, 2000), ("SQLite", on_sqlite, 1500)):
                rate, cpu, p99, longest = measure(FAST_LANE, installation, options.callbacks, title)
                goal(f"acknowledged a second on {title}", rate, at_least=least)
                goal("µs of CPU each", cpu, at_most=250)
                goal("p99 at 500 a second, ms", p99, at_most=100)
                goal("longest of 1,000 connections at once, s", longest, at_most=2)
            if options.soak:
                soak(on_postgres, options.soak)
            outages.measure(on_postgres, database, Path(folder) / "valkey")
    finally:
        database.close()
    return 0


def measure(name: str, installation: Installation, count: int, title: str = "") -> tuple[float, float, float, float]:
    """One line of the table."""
    with installation.serving(name) as server:
        numbers = range(1, 1 + count + RATED + AT_ONCE)
        requests = callbacks(len(numbers))
        saturate(server.port, callbacks(300, first=numbers.stop), connections=CONNECTIONS)  # everything is imported
        rate, cpu = saturated(server, requests[:count])
        even = arrive(server.port, requests[count : count + RATED], rate=RATE)
        burst = arrive(server.port, requests[-AT_ONCE:], rate=0)
        assert set(even.statuses) == set(burst.statuses) == {200}, (even.statuses, burst.statuses)
    p99, longest = even.percentile(0.99) * 1000, burst.percentile(1)
    print(f"{f'{name} {title}':24}{rate:11,.0f}{cpu:11.0f}{p99:9.1f}{longest:18.2f}", flush=True)
    return rate, cpu, p99, longest


def saturated(server: Server, requests: Sequence[bytes]) -> tuple[float, float]:
    """Requests a second, and microseconds of CPU of each."""
    before = server.cpu_seconds()
    report = saturate(server.port, requests, connections=CONNECTIONS)
    assert set(report.statuses) == {200}, report.statuses
    return len(requests) / report.seconds, (server.cpu_seconds() - before) / len(requests) * 1e6


def soak(installation: Installation, count: int) -> None:
    """Memory over many callbacks."""
    part = count // 10
    with installation.serving(FAST_LANE) as server:
        grown = []
        for number in range(10):
            saturate(server.port, callbacks(part, first=10_000_000 + number * part), connections=CONNECTIONS)
            grown.append(server.megabytes())
    print(f"memory over {count:,} callbacks, MB: {' '.join(f'{value:.0f}' for value in grown)}")
    goal("growth after the first tenth, MB", grown[-1] - grown[0], at_most=5)


if __name__ == "__main__":
    sys.exit(main())
