"""How long a test may take: then it fails with the traceback of where it hung, and the run goes on.

The limits bound what a hang costs, on a machine that is busy with other work. They are no measure of speed.
"""

import os

import pytest

FACTOR = "TEST_TIMEOUT_FACTOR"
PLAIN = 180.0
LIMITS = {"slow": 600.0, "browser": 600.0, "chaos": 900.0}
# Databases, a broker, an emulator or a stack start within the first test that asks for them.
START = 240.0


def limit_of(item: pytest.Item, *, is_first: bool) -> float:
    """The seconds that a test has, its fixtures included; `is_first` in its process."""
    seconds = max((LIMITS.get(mark.name, PLAIN) for mark in item.iter_markers()), default=PLAIN)
    if is_first or "stack" in getattr(item, "fixturenames", ()):
        seconds += START
    return seconds * float(os.environ.get(FACTOR, "1"))
