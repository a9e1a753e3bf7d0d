"""`manage.py test --mutate APP`: changes an app at random places, one at a time, and asks the tests that reach them.

The places are drawn from the seed. The first run records which tests reach which line; each later one goes on where
the last one ended, and asks again about what was not caught when the app or its tests have changed since.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutation.mutants import reach
from tests.mutation.mutants.mutant import Mutant, mutants
from tests.mutation.mutants.reach import Reach, RecordFailed
from tests.mutation.mutants.session import Fate, Session, Verdict, report
from tests.mutation.tree import HUNG, IN_THE_DATABASE, Outcome, Run, copied_tree, run_tests, share_database, write
from tests.support.paths import ROOT

APPS = ("avatars", "conversations", "core", "openuser", "scheduling", "wecom")
SEED = 28
STARTS = 90.0  # seconds that a run of pytest may take to start, on a busy machine
PATIENCE = 5  # how many times longer than without a mutant the tests may take
SLOWEST = 300.0


def arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py test --mutate", description=__doc__.splitlines()[0])
    parser.add_argument("app", choices=APPS)
    parser.add_argument("--mutants", type=int, default=100, metavar="N", help="drawn from the app, over all runs (100)")
    parser.add_argument("--at-most", type=int, metavar="N", help="in this run")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the draw ({SEED})")
    parser.add_argument("--short", action="store_true", help="leave out tests that take a third of a second or more")
    return parser.parse_args(words)


def main(words: Sequence[str]) -> int:
    options = arguments(words)
    os.nice(10)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(os.environ.get("OPENUSER_VAR_DIR") or ROOT / "var") / "mutants"
    folder.mkdir(parents=True, exist_ok=True)
    marks = reach.SHORT if options.short else reach.CHOSEN
    name = f"{options.app}{'-short' if options.short else ''}"
    try:
        with prepared_tree() as (root, templates):
            known = recorded(root, options.app, templates, marks, folder / f"{name}-reach.json")
            session = Session.load(folder / f"{name}-{options.seed}.json")
            drawn = draw(root, options.app, options.seed, options.mutants)
            Trial(root=root, templates=templates, known=known, session=session).run(drawn, options.at_most)
            print(*report(session, drawn, root), sep="\n")
    except RecordFailed as error:
        print(error, "The tests of the app fail without a mutant.", sep="\n")
        return 2
    except KeyboardInterrupt:
        print("\nStopped; the next run goes on.")
        return 130
    return 0


@contextmanager
def prepared_tree() -> Iterator[tuple[Path, Path]]:
    """A copy of the checkout, and the databases of its tests."""
    with ExitStack() as stack:
        root = stack.enter_context(copied_tree())
        templates = Path(stack.enter_context(TemporaryDirectory(prefix="ou-mutants-", dir="/tmp")))
        share_database(templates)
        yield root, templates


def recorded(root: Path, app: str, templates: Path | None, marks: str, path: Path) -> Reach:
    """The kept record if it is that of today's code, else a new one."""
    known = reach.load(path)
    if known and known.code == reach.code_of(root, app, marks):
        return known
    print(f"Recording which tests of {app} reach which lines …", flush=True)
    began = time.monotonic()
    known = reach.record(root, app, templates, marks)
    known.save(path)
    print(f"{len(known.seconds)} tests in {time.monotonic() - began:.0f} s", flush=True)
    return known


def draw(root: Path, app: str, seed: int, number: int) -> list[Mutant]:
    return list(islice((mutant for mutant in mutants(root, app, seed) if mutant.compiles(root)), number))


class Trial:
    """Plants mutants in a tree, and asks the tests that reach them."""

    def __init__(self, *, root: Path, templates: Path | None, known: Reach, session: Session) -> None:
        self.root = root
        self.templates = templates
        self.known = known
        self.session = session

    def run(self, drawn: list[Mutant], at_most: int | None = None) -> None:
        """Judge those that are pending, and again those that a test caught which fails without a mutant, too."""
        left = at_most if at_most is not None else 2 * len(drawn)
        while left > 0 and (pending := self.session.pending(drawn, self.known.code)[:left]):
            for number, mutant in enumerate(pending, start=1):
                began = time.monotonic()
                verdict = self.judge(mutant)
                self.session.settle(mutant, verdict)
                took = time.monotonic() - began
                place = f"{mutant.file}:{mutant.line}"
                print(f"{number:>3}/{len(pending)} {verdict.fate:<12} {took:5.1f} s  {place}  {verdict.by}", flush=True)
            left -= len(pending)
            self.session.doubt(self.failing({self.session.verdicts[mutant.key].by for mutant in pending} - {""}))

    def judge(self, mutant: Mutant) -> Verdict:
        tests = self.session.tests(self.known, mutant, self.root)
        if not tests:
            return Verdict(fate=Fate.UNREACHED, code=self.known.code)
        run = self._ask(mutant, tests)
        if run.outcome is Outcome.BROKEN:  # it cannot be imported, unless the tests cannot be found at all
            self._must_be_found(tests)
        fate = Fate.SURVIVED if run.outcome is Outcome.MISSED else Fate.KILLED
        if run.output == HUNG:
            fate = Fate.TIMED_OUT
        return Verdict(fate=fate, by=run.caught_by, tests=len(tests), code=self.known.code)

    def _ask(self, mutant: Mutant, tests: list[str]) -> Run:
        path = self.root / mutant.file
        sound = path.read_text(encoding="utf-8")
        limit = STARTS + min(SLOWEST, PATIENCE * sum(self.known.seconds[test] for test in tests))
        write(path, mutant.code(self.root))
        try:
            return run_tests(
                self.root, tests, None if mutant.file in IN_THE_DATABASE else self.templates, seconds=limit
            )
        finally:
            write(path, sound)

    def _must_be_found(self, tests: list[str]) -> None:
        run = run_tests(self.root, ["--collect-only", *tests], self.templates, seconds=STARTS + SLOWEST)
        if run.outcome is not Outcome.MISSED:
            raise RecordFailed(run.output[-3000:])

    def failing(self, tests: set[str]) -> set[str]:
        """Which of the tests fail alone without a mutant: what they caught says nothing."""
        suspects = sorted(test for test in tests if test in self.known.seconds)
        if not suspects:
            return set()
        run = run_tests(self.root, suspects, self.templates, seconds=STARTS + SLOWEST, to_the_end=True)
        return {test for test in run.failed if test in self.known.seconds}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
