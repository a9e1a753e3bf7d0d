"""Everything that can break, one row after the other: python -m tests.chaos [ROW …] [--seed N] [--short] [--list]

`K` rows kill, fill, stop and restart parts of an installation under load; `D` rows repeat callbacks, `F` rows forge
them. The judge is the emulator's ledger: what members received. A line for each row comes when it has ended, and a
table at the end. Exit code 1 if a row failed.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum

from tests.chaos.scenarios.__main__ import FIGURES, SKIPPED
from tests.chaos.scenarios.stage import SHARED
from tests.chaos.table import MINUTES, ROWS, Row
from tests.support.paths import ROOT

LAST_LINES = 40  # of the output of a row that failed
# How rows say what members met.
COUNTS = re.compile(r"lost ([\d,]+), doubled ([\d,]+)")
WAITS = re.compile(r"(?:longest|answered p90 \d+ s ≤) ([\d.]+) s")


class Outcome(StrEnum):
    PASS = "PASS"
    FAIL = "FAIL"
    SKIP = "SKIP"  # this machine cannot play it


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a row, or one of its commands, gave."""

    outcome: Outcome
    figures: str
    output: str
    seconds: float = 0.0

    @property
    def columns(self) -> str:
        """Its part of the table; `-` where a row counts other things than messages."""
        counts = [[int(word.replace(",", "")) for word in pair] for pair in COUNTS.findall(self.figures)]
        lost, doubled = (str(sum(each)) for each in zip(*counts, strict=True)) if counts else ("-", "-")
        longest = max(WAITS.findall(self.figures), key=float, default="-")
        return f"{self.outcome:<4} {self.seconds:7.0f} {longest:>12} {lost:>4} {doubled:>7}"


def main() -> int:
    """Play the rows; print a line for each, and the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="such as K3 or D1; all, if none is named")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--short", action="store_true", help="seconds instead of minutes, where a row has such a form")
    parser.add_argument("--list", action="store_true", help="print the table and play nothing")
    options = parser.parse_args()
    known = {row.id: row for row in ROWS}
    if unknown := set(options.rows) - known.keys():
        parser.error(f"there is no row {', '.join(sorted(unknown))}; the rows are {', '.join(known)}")
    chosen = [known[name] for name in options.rows] or list(ROWS)
    if options.list:
        for row in chosen:
            print(f"{row.id:<4} {row.fault}: {row.holds} (≤ {row.limit} s)")
        return 0
    print(f"seed {options.seed}", flush=True)
    began, results = time.monotonic(), {}
    with tempfile.TemporaryDirectory(prefix="ou-chaos-", dir="/tmp") as folder:
        os.environ[SHARED] = folder
        for number, row in enumerate(chosen):
            left = 60 * MINUTES - (time.monotonic() - began) - sum(later.limit for later in chosen[number + 1 :])
            seconds = max(left, row.limit)
            results[row.id] = told(row, seed=options.seed, short=options.short, seconds=seconds)
    print("\nrow  limit      seconds longest wait lost doubled")
    for row in chosen:
        print(f"{row.id:<4} {row.limit:5} {results[row.id].columns}")
    count = Counter(result.outcome for result in results.values())
    summary = ", ".join(f"{count[outcome]} {outcome}" for outcome in Outcome)
    print(f"{summary} in {time.monotonic() - began:.0f} s; --seed {options.seed} plays it again")
    return 1 if count[Outcome.FAIL] else 0


def told(row: Row, *, seed: int, short: bool, seconds: float) -> Result:
    """Play a row and print its line; of one that failed the end of its output too."""
    began = time.monotonic()
    result = play(row, seed=seed, short=short, seconds=seconds)
    result = replace(result, seconds=time.monotonic() - began)
    print(f"{result.outcome:<4} {row.id:<4} {result.seconds:4.0f} s  {row.fault}: {result.figures}", flush=True)
    if result.outcome is Outcome.FAIL:
        print("\n".join(f"     | {line}" for line in result.output.splitlines()[-LAST_LINES:]), flush=True)
    return result


def play(row: Row, *, seed: int, short: bool, seconds: float) -> Result:
    """Run the commands of a row, one after the other, until one fails."""
    deadline = time.monotonic() + seconds
    figures: list[str] = []
    for line in row.commands(seed=seed, short=short):
        result = run(line, seed=seed, seconds=max(1.0, deadline - time.monotonic()))
        figures.append(result.figures)
        if result.outcome is not Outcome.PASS:
            return Result(outcome=result.outcome, figures="; ".join(figures), output=result.output)
    return Result(outcome=Outcome.PASS, figures="; ".join(figures), output="")


def run(line: list[str], *, seed: int, seconds: float) -> Result:
    """Run a command in a session of its own, which is killed when its time is over."""
    env = {**os.environ, "TEST_SEED": str(seed)}
    with subprocess.Popen(
        line, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # it ends what it has started
            try:
                output, _ = process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                output, _ = process.communicate()
            return Result(outcome=Outcome.FAIL, figures=f"not over after {seconds:.0f} s", output=output)
    outcome = {0: Outcome.PASS, SKIPPED: Outcome.SKIP}.get(process.returncode, Outcome.FAIL)
    return Result(outcome=outcome, figures=figures_of(output), output=output)


def figures_of(output: str) -> str:
    """What a scenario says of itself; else the last line of a command, which is pytest's count of tests."""
    lines = [line.strip(" =") for line in output.splitlines() if line.strip()]
    told = [line.removeprefix(FIGURES) for line in lines if line.startswith(FIGURES)]
    return (told or lines or ["nothing was said"])[-1]


if __name__ == "__main__":
    sys.exit(main())
