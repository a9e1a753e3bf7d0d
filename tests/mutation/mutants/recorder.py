"""A plugin of pytest that records which test reaches which line.

It is copied out of the tree and loaded before any module of the apps, so that it sees these run, too.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

FOLDER = Path(os.environ["MUTANTS_RECORD"])

recorded = coverage.Coverage(
    data_file=str(FOLDER / "coverage"), source=[os.environ["MUTANTS_APP"]], config_file=False, branch=False
)
recorded.start()
seconds: defaultdict[str, float] = defaultdict(float)
failed: set[str] = set()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    recorded.switch_context(item.nodeid)
    try:
        return (yield)
    finally:
        recorded.switch_context("")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    seconds[report.nodeid] += report.duration
    if not report.passed:
        failed.add(report.nodeid)


def pytest_unconfigure() -> None:
    recorded.stop()
    recorded.save()
    passed = {test: round(took, 3) for test, took in seconds.items() if test not in failed}
    (FOLDER / "tests.json").write_text(json.dumps(passed), encoding="utf-8")
