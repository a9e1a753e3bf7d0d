"""Everything that is too long for each change: python -m tests.nightly [PART …] [--minutes N] [--anew] [--list]

All tests with all cases on both databases, other days, a pooler, the chaos table and the planted faults, one part after
the other. What passed on this very tree is not run again: a night that was too short goes on the next time. Words
choose the parts whose name begins so. Exits with 1 if a part failed, and with 3 if some are left.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence

from tests.nightly.parts import Part, parts
from tests.nightly.record import Record, Result, tree_now
from tests.support.paths import ROOT

FOLDER = ROOT / "var" / "nightly"
LAST_LINES = 40
LEFT = 3  # the exit status
WORDS = {True: "passed", False: "FAILED", None: "left"}


def main(arguments: Sequence[str], every: Sequence[Part]) -> int:
    """Run what has not passed; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.nightly", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help="the beginning of a name, such as chaos/ or dates/2028"
    )
    parser.add_argument("--minutes", type=float, help="begin no part after so long")
    parser.add_argument("--anew", action="store_true", help="run what has passed, too")
    parser.add_argument("--list", action="store_true", help="say what has passed, and run nothing")
    options = parser.parse_args(arguments)
    chosen = [part for part in every if not options.parts or part.name.startswith(tuple(options.parts))]
    if not chosen:
        parser.error(f"no part begins with {' or '.join(options.parts)}; --list names them all")
    record = Record(path=FOLDER / "results.json", tree=tree_now())
    began = time.monotonic()
    passed = set() if options.anew else {name for name, result in record.results().items() if result.passed}
    for part in chosen:
        late = options.minutes is not None and time.monotonic() - began > options.minutes * 60
        if options.list or late or part.name in passed:
            continue
        record.add(part.name, run(part))
    return summarise(chosen, record)


def run(part: Part) -> Result:
    """Run a part, whose output goes to a file; of one that fails, the last lines are shown."""
    print(f"== {part.name}", flush=True)
    log = FOLDER / f"{part.name.replace('/', '-')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        status = subprocess.run(part.command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, check=False).returncode
    seconds = time.monotonic() - began
    if status:
        print(*log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:], sep="\n")
    print(f"   {WORDS[not status]} in {seconds:.0f} s; {log.relative_to(ROOT)}", flush=True)
    return Result(passed=not status, seconds=round(seconds, 1))


def summarise(chosen: Sequence[Part], record: Record) -> int:
    """Print a line for each part; the exit status."""
    results = record.results()
    print()
    for part in chosen:
        result = results.get(part.name)
        seconds = f"{result.seconds:7.0f} s" if result else " " * 9
        print(f"  {WORDS[result.passed if result else None]:<6} {seconds}  {part.name}")
    failed = sum(not results[part.name].passed for part in chosen if part.name in results)
    left = sum(part.name not in results for part in chosen)
    print(f"{len(chosen) - failed - left} passed, {failed} failed, {left} left")
    if failed:
        return 1
    return LEFT if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], parts()))
