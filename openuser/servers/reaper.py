"""Ends what a killed process leaves behind. Run as a script of its own: stdin tells it whom to watch over.

Each line is `+PGID` or `-PGID`, a process group that has begun or ended. When stdin closes, its other end is gone,
even by `kill -9`: every group that is left gets SIGTERM and, after a moment, SIGKILL. Works alike on Linux and macOS.
"""

import os
import signal
import sys
import time

GRACE = 2.0  # seconds between asking and killing


def read_groups() -> set[int]:
    """Follow stdin to its end; the groups that are still there."""
    groups: set[int] = set()
    for line in sys.stdin:
        word = line.strip()
        if word.startswith("+"):
            groups.add(int(word[1:]))
        elif word.startswith("-"):
            groups.discard(int(word[1:]))
    return groups


def signal_groups(groups: set[int], number: int) -> set[int]:
    """Signal the groups; those that still exist."""
    alive = set()
    for group in groups:
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            continue
        except PermissionError:  # macOS says so of groups of zombies
            continue
        alive.add(group)
    return alive


def main() -> None:
    """Watch, then end what is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends with its owner, not before
    groups = signal_groups(read_groups(), signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while groups and time.monotonic() < deadline:
        time.sleep(0.05)
        groups = signal_groups(groups, 0)
    signal_groups(groups, signal.SIGKILL)


if __name__ == "__main__":
    main()
