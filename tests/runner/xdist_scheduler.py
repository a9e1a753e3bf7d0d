"""Scheduling for pytest-xdist: a file is one unit, and so are the files of a folder with a stack, or half of them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.runner.file_order import file_of

# The stack of such a folder, or its browser, starts once, or twice where that is sooner through.
TOGETHER = frozenset({"tests/browser", "tests/chaos", "tests/journeys", "tests/wecom/emulator/pages"})
# These have a stack of their own.
ALONE = frozenset({"tests/journeys/test_postgres.py", "tests/journeys/test_production.py"})
# Seconds: to start and to run a second one costs forty of CPU, and no folder below twice that makes the others wait.
WORTH_A_STACK = 450.0
# What `manage.py test --record` has noted; others are new, or take less than a second.
SECONDS: dict[str, float] = json.loads(Path(__file__).with_name("durations.json").read_text(encoding="utf-8"))
USUAL = 1.0


def unit_of(nodeid: str) -> str:
    """The file, or the folder whose stack it shares, perhaps from a folder below it."""
    return unit_of_file(file_of(nodeid))


@cache
def unit_of_file(file: str) -> str:
    shared = (str(folder) for folder in PurePosixPath(file).parents if str(folder) in TOGETHER)
    return file if file in ALONE else next(shared, file)


def units(nodeids: Iterable[str], seconds: dict[str, float]) -> dict[str, list[str]]:
    """The files of each unit, the longest unit first, so that no worker works alone at the end.

    Units of equal length keep their order.
    """
    shared: dict[str, list[str]] = defaultdict(list)
    for file in dict.fromkeys(map(file_of, nodeids)):
        shared[unit_of(file)].append(file)
    found: dict[str, list[str]] = {}
    for unit, files in shared.items():
        parts = halves(files, seconds) if unit in TOGETHER else [files]
        found |= {f"{unit}#{number}": part for number, part in enumerate(parts, 1)}
    return dict(sorted(found.items(), key=lambda unit: -length(unit[1], seconds)))


def halves(files: list[str], seconds: dict[str, float]) -> list[list[str]]:
    """Two halves of equal length, or all files if they are short. The files of each keep their order."""
    if length(files, seconds) < 2 * WORTH_A_STACK:
        return [files]
    parts: list[list[str]] = [[], []]
    for file in sorted(files, key=lambda file: (-seconds.get(file, USUAL), file)):
        min(parts, key=lambda part: length(part, seconds)).append(file)
    return [[file for file in files if file in part] for part in parts]


def length(files: Iterable[str], seconds: dict[str, float]) -> float:
    return sum(seconds.get(file, USUAL) for file in files)


class ByUnit(LoadScopeScheduling):  # type: ignore[misc]
    """Whole units, in the order of the collection."""

    _unit_of: dict[str, str] | None = None

    def _split_scope(self, nodeid: str) -> str:
        if self._unit_of is None:
            found = units(self.collection, SECONDS)
            self._unit_of = {file: name for name, files in found.items() for file in files}
        return self._unit_of[file_of(nodeid)]


def longest_first(items: list[pytest.Item], seconds: dict[str, float] = SECONDS) -> None:
    """Sort a collection by its units."""
    found = units((item.nodeid for item in items), seconds)
    place = {file: number for number, files in enumerate(found.values()) for file in files}
    items.sort(key=lambda item: place[file_of(item.nodeid)])
