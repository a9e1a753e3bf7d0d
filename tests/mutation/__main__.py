"""Plants faults and counts those that the tests miss: python -m tests.mutation [--only PATTERN] [--jobs N]

Each fault of `faults/` is planted alone in a copy of the checkout, and only its own tests are run, on SQLite.
First these tests must pass without a fault. Exits with 1 if more than 5 % of the faults are missed, and with 2 if one
no longer applies or if its tests fail without it.
"""

import argparse
import os
import queue
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutation.fault import Fault, faults
from tests.mutation.tree import Outcome, Run, copied_tree, run_fault, run_tests, share_database

MOST_MISSED = 0.05
BASELINE_SECONDS = 3600


def main() -> int:
    options = arguments()
    os.nice(10)
    chosen = faults(options.only)
    if broken := [str(error) for fault in chosen for error in problems(fault)]:
        print(*broken, sep="\n")
        return 2
    with ExitStack() as stack:
        trees = [stack.enter_context(copied_tree()) for _ in range(options.jobs)]
        templates = Path(stack.enter_context(TemporaryDirectory(prefix="ou-mutation-", dir="/tmp")))
        share_database(templates)
        if options.sound_first and not pass_without_a_fault(trees[0], chosen, templates):
            return 2
        runs = dict(run_all(trees, chosen, templates))
    return report(runs)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation", description="Plants faults and counts those that the tests miss."
    )
    parser.add_argument("--only", default="", metavar="PATTERN", help="faults with this in their app, path or claim")
    parser.add_argument("--jobs", type=int, default=1, help="copies of the checkout that work side by side")
    parser.add_argument("--no-sound-run", dest="sound_first", action="store_false", help="trust that the tests pass")
    return parser.parse_args()


def problems(fault: Fault) -> Iterator[ValueError]:
    try:
        fault.planted()
    except ValueError as error:
        yield error


def pass_without_a_fault(tree: Path, chosen: list[Fault], templates: Path) -> bool:
    """Whether the tests tell faults from none."""
    tests = sorted({test for fault in chosen for test in fault.tests})
    run = run_tests(tree, tests, templates, seconds=BASELINE_SECONDS)
    if run.outcome is not Outcome.MISSED:
        print(run.output[-3000:], "These tests fail without a fault.", sep="\n")
    return run.outcome is Outcome.MISSED


def run_all(trees: list[Path], chosen: list[Fault], templates: Path) -> Iterator[tuple[Fault, Run]]:
    """Every fault in the next free tree; each is printed when it is known."""
    free: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for tree in trees:
        free.put(tree)

    def run(fault: Fault) -> Run:
        tree, began = free.get(), time.monotonic()
        try:
            found = run_fault(tree, fault, templates)
        finally:
            free.put(tree)
        took = time.monotonic() - began
        print(f"{found.outcome:<6} {took:5.1f} s  {fault.file}: {fault.claim}  {found.caught_by}".rstrip(), flush=True)
        return found

    with ThreadPoolExecutor(len(trees)) as pool:
        yield from zip(chosen, pool.map(run, chosen), strict=True)


def report(runs: dict[Fault, Run]) -> int:
    """The table, and the exit status."""
    print(f"\n{'app':<16}{'faults':>8}{'caught':>8}{'missed':>8}")
    for app in sorted({fault.app for fault in runs}):
        print_line(app, [run for fault, run in runs.items() if fault.app == app])
    print_line("all", list(runs.values()))
    for fault, run in runs.items():
        if run.outcome is not Outcome.CAUGHT:
            print(f"{run.outcome}: {fault.file}: {fault.claim}")
        if run.outcome is Outcome.BROKEN:
            print(run.output[-1500:])
    counts = Counter(run.outcome for run in runs.values())
    if counts[Outcome.BROKEN]:
        return 2
    return int(counts[Outcome.MISSED] > MOST_MISSED * len(runs))


def print_line(name: str, runs: list[Run]) -> None:
    counts = Counter(run.outcome for run in runs)
    missed = counts[Outcome.MISSED]
    print(f"{name:<16}{len(runs):>8}{counts[Outcome.CAUGHT]:>8}{missed:>8}  {missed / max(1, len(runs)):.1%}")


if __name__ == "__main__":
    sys.exit(main())
