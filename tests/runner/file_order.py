"""Files run in random order, so that none relies on another."""

import os
import random
from collections.abc import Callable

import pytest

SEED = "TEST_SEED"  # 0 keeps the order of the collection
LARGEST = 2**32


def choose_seed() -> str:
    """The seed of this run, which its workers inherit."""
    return os.environ.setdefault(SEED, str(random.randrange(1, LARGEST)))


def shuffle_units(items: list[pytest.Item], seed: str, unit_of: Callable[[str], str]) -> None:
    """Put the units of a collection in the order of a seed; the tests of a unit stay together and in order."""
    units = sorted({unit_of(item.nodeid) for item in items})
    if seed == "0":
        return
    random.Random(seed).shuffle(units)
    rank = {unit: number for number, unit in enumerate(units)}
    items.sort(key=lambda item: rank[unit_of(item.nodeid)])
