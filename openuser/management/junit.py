"""A summary of pytest's JUnit reports: seconds per folder, and the totals."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from xml.etree.ElementTree import Element  # to name the type; what is read goes through defusedxml

from defusedxml import ElementTree

OUTCOMES = {"failure": "failed", "error": "error", "skipped": "skipped"}
ORDER = ("failed", "passed", "skipped", "error")
WIDTH = 80


@dataclass(kw_only=True)
class TestTotals:
    """The totals of several runs of pytest.

    Attributes:
        outcomes: the number of tests that passed, failed …
        folders: the seconds of each folder's tests, summed over all workers.
        seconds: the duration of the runs.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    folders: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    seconds: float = 0.0


def read(folder: Path) -> TestTotals:
    """The totals of all reports in a folder."""
    tested = TestTotals()
    for path in sorted(folder.glob("*.xml")):
        for suite in ElementTree.parse(path).iter("testsuite"):
            tested.seconds += float(suite.get("time", 0))
            for case in suite.iter("testcase"):
                tested.outcomes[outcome(case)] += 1
                tested.folders[".".join(case.get("classname", "").split(".")[:2])] += float(case.get("time", 0))
    return tested


def outcome(case: Element) -> str:
    return next((OUTCOMES[child.tag] for child in case if child.tag in OUTCOMES), "passed")


def lines(tested: TestTotals) -> list[str]:
    """The seconds per folder, then pytest's closing line for all runs together."""
    if not tested.outcomes:
        return []
    longest = sorted(tested.folders.items(), key=lambda item: -item[1])
    folders = [f"  {seconds:7.1f} s  {name.replace('.', '/')}" for name, seconds in longest]
    counts = ", ".join(f"{tested.outcomes[word]} {word}" for word in ORDER if tested.outcomes[word])
    length = timedelta(seconds=round(tested.seconds))
    closing = f" {counts} in {tested.seconds:.2f}s ({length}) ".center(WIDTH, "=")
    return ["\nSeconds of the tests, of all workers together", *folders, "", closing]
