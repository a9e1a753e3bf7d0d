"""Stops the children of a killed process. A script of its own that learns about them from stdin.

Each line is `+PGID` or `-PGID`: a process group that has begun or ended. When stdin closes, its owner has ended, even
by `kill -9`. Then all remaining groups get SIGTERM and, after a moment, SIGKILL. Works on Linux and macOS.
"""

import os
import signal
import sys
import time

GRACE = 2.0  # seconds between SIGTERM and SIGKILL


def read_groups() -> set[int]:
    """The groups that remain when stdin ends."""
    groups: set[int] = set()
    for line in sys.stdin:
        word = line.strip()
        if word.startswith("+"):
            groups.add(int(word[1:]))
        elif word.startswith("-"):
            groups.discard(int(word[1:]))
    return groups


def signal_groups(groups: set[int], number: int) -> set[int]:
    """Signal groups. Returns those that still exist."""
    alive = set()
    for group in groups:
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            continue
        except PermissionError:  # macOS raises this for groups of zombies
            continue
        alive.add(group)
    return alive


def main() -> None:
    """Read groups until stdin ends, then stop them."""
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
