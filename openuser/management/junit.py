"""A summary of pytest's JUnit reports: seconds per folder and per file, and the totals."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element  # to name the type; what is read goes through defusedxml

from defusedxml import ElementTree

OUTCOMES = {"failure": "failed", "error": "error", "skipped": "skipped"}
ORDER = ("failed", "passed", "skipped", "error")
WIDTH = 80
LONG = 0.3  # seconds
DURATIONS, LONG_TESTS = "durations.json", "long_tests.json"


@dataclass(kw_only=True)
class TestTotals:
    """The totals of several runs of pytest.

    Attributes:
        outcomes: the number of tests that passed, failed …
        runs: for each run the seconds of each file's tests, by the dotted name of the module.
        functions: for each run the seconds of each function's cases, by the module's file and the function's name.
        seconds: the time from the start of the first run to the end of the last.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    runs: list[dict[str, float]] = field(default_factory=list)
    functions: list[dict[str, float]] = field(default_factory=list)
    seconds: float = 0.0

    def folders(self) -> dict[str, float]:
        """The seconds of each folder's tests, summed over all workers."""
        folders: dict[str, float] = defaultdict(float)
        for run in self.runs:
            for module, seconds in run.items():
                folders[".".join(module.split(".")[:2])] += seconds
        return folders


def read(folder: Path) -> TestTotals:
    """The totals of all reports in a folder."""
    tested = TestTotals()
    spans: list[tuple[float, float]] = []
    for path in sorted(folder.glob("*.xml")):
        files: dict[str, float] = defaultdict(float)
        functions: dict[str, float] = defaultdict(float)
        for suite in ElementTree.parse(path).iter("testsuite"):
            began = datetime.fromisoformat(suite.get("timestamp", "")).timestamp()
            spans.append((began, began + float(suite.get("time", 0))))
            for case in suite.iter("testcase"):
                tested.outcomes[outcome(case)] += 1
                module, seconds = module_of(case.get("classname", "")), float(case.get("time", 0))
                files[module] += seconds
                functions[f"{file_of(module)}::{case.get('name', '').partition('[')[0]}"] += seconds
        tested.runs.append(files)
        tested.functions.append(functions)
    if spans:
        tested.seconds = max(end for _, end in spans) - min(began for began, _ in spans)
    return tested


def outcome(case: Element) -> str:
    return next((OUTCOMES[child.tag] for child in case if child.tag in OUTCOMES), "passed")


def module_of(classname: str) -> str:
    """The dotted name of a test's module, without the name of its class."""
    names = classname.split(".")
    ends = [number for number, name in enumerate(names, 1) if name.startswith("test_")]
    return ".".join(names[: ends[0]] if ends else names)


def file_of(module: str) -> str:
    return f"{module.replace('.', '/')}.py"


def record(tested: TestTotals, folder: Path, root: Path) -> None:
    """Write the seconds of files, for the order of the next run, and of tests, which `--fast` leaves out.

    Of files that take a second or more, of tests that take a third of one; of one that ran twice, the longer time.
    """
    by_file = [{file_of(module): seconds for module, seconds in run.items()} for run in tested.runs]
    for name_of_file, runs, least in ((DURATIONS, by_file, 1.0), (LONG_TESTS, tested.functions, LONG)):
        path = folder / name_of_file
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        ran = {name: max(run.get(name, 0.0) for run in runs) for run in runs for name in run}
        known |= {name: round(seconds, 1) for name, seconds in ran.items()}
        kept = {
            name: seconds
            for name, seconds in sorted(known.items())
            if seconds >= least and (root / name.partition("::")[0]).is_file()
        }
        path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def lines(tested: TestTotals, *, with_folders: bool = True) -> list[str]:
    """The seconds per folder, then pytest's closing line for all runs together."""
    if not tested.outcomes:
        return []
    longest = sorted(tested.folders().items(), key=lambda item: -item[1])
    folders = [f"  {seconds:7.1f} s  {name.replace('.', '/')}" for name, seconds in longest]
    folders = ["\nSeconds of the tests, of all workers together", *folders] if with_folders else []
    counts = ", ".join(f"{tested.outcomes[word]} {word}" for word in ORDER if tested.outcomes[word])
    length = timedelta(seconds=round(tested.seconds))
    closing = f" {counts} in {tested.seconds:.2f}s ({length}) ".center(WIDTH, "=")
    return [*folders, "", closing]
