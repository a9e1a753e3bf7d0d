"""Scheduling for pytest-xdist: a file is one unit, and so is a folder with a stack."""

from collections import Counter
from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling

# The stack of such a folder starts once.
TOGETHER = frozenset({"tests/browser", "tests/chaos", "tests/journeys"})
WEIGHTS = {"slow": 20, "browser": 5}


def unit_of(nodeid: str) -> str:
    """The file or the folder that a test shares its stage with."""
    file = nodeid.split("::", 1)[0]
    folder = str(PurePosixPath(file).parent)
    return folder if folder in TOGETHER else file


class ByUnit(LoadScopeScheduling):  # type: ignore[misc]
    """Whole units, in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def longest_first(items: list[pytest.Item]) -> None:
    """Sort the units of a collection, so that at its end no worker is left alone with a long one."""
    weights: Counter[str] = Counter()
    for item in items:
        weights[unit_of(item.nodeid)] += max((WEIGHTS.get(mark.name, 1) for mark in item.iter_markers()), default=1)
    items.sort(key=lambda item: (-weights[unit_of(item.nodeid)], unit_of(item.nodeid)))
