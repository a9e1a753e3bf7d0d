"""Debian's libfaketime: a process, and all that it starts, whose clock is wrong by so much."""

import os
from pathlib import Path

from openuser.servers import debian

LIBRARY = "usr/lib/*/faketime/libfaketime.so.1"
MISSING = "faketime is missing.\n  Install it (Debian: sudo apt-get install faketime) and run again."


def moved_clock(offset: str) -> dict[str, str]:
    """The environment of such a process: `+400s`, or the path of a file that says by how much.

    Raises `ServiceError` if libfaketime is missing and cannot be installed.
    """
    debian.ensure(("faketime", "/usr/bin/faketime"), packages=("faketime",), missing=MISSING)
    library = next(Path("/").glob(LIBRARY))
    # asyncio would hang with a false monotonic clock, and no machine has one.
    words = {"LD_PRELOAD": str(library), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_CACHE_DURATION": "1"}
    return words | {"FAKETIME_TIMESTAMP_FILE" if os.path.isabs(offset) else "FAKETIME": offset}
