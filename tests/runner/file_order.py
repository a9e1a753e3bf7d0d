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
    """Put the units of a collection, and the files of each, in the order of a seed.

    The tests of a unit stay together, and those of a file in their order.
    """
    if seed == "0":
        return
    dice = random.Random(seed)
    units = rank({unit_of(item.nodeid) for item in items}, dice)
    files = rank({file_of(item.nodeid) for item in items}, dice)
    items.sort(key=lambda item: (units[unit_of(item.nodeid)], files[file_of(item.nodeid)]))


def rank(names: set[str], dice: random.Random) -> dict[str, int]:
    """The place of each name in a random order, which depends on the names and on the dice only."""
    shuffled = dice.sample(sorted(names), len(names))
    return {name: number for number, name in enumerate(shuffled)}


def file_of(nodeid: str) -> str:
    return nodeid.split("::", 1)[0]
