"""`manage.py test`: every check and test that a change must pass. Replaces Django's command, which runs unittest."""

import os
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from openuser.management import failures, junit
from openuser.management.suite import ROOT, Output, Plan, Step, suite
from openuser.servers.server_processes import ServiceError

RECORDS = ROOT / "tests" / "runner"  # what `--record` keeps
FLAGS = frozenset(
    {
        *("--fast", "--both", "--thorough", "--record", "--fail-fast", "--mutate"),
        *("-h", "--help", "--traceback", "--no-color", "--force-color"),
    }
)
LAST_LINES = 15  # of a step that failed
TRACEBACKS = ROOT / "var" / "test-failures.txt"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of a step.

    Attributes:
        output: its text, unless that went to the terminal.
    """

    step: Step
    passed: bool
    seconds: float
    output: str = ""


class Command(BaseCommand):
    help = "Run the whole suite: style, types, contracts, migrations, and the tests on SQLite and on PostgreSQL."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fast", action="store_true", help="SQLite only, without long, browser and chaos tests")
        parser.add_argument("--both", action="store_true", help="every test that uses a database, on both of them")
        parser.add_argument("--thorough", action="store_true", help="also the cases that differ little from others")
        parser.add_argument("--record", action="store_true", help="keep the seconds of files and of long tests")
        parser.add_argument("--fail-fast", action="store_true", help="one step at a time, up to the first that fails")
        parser.add_argument(
            "--mutate", action="store_true", help="change the app that follows at random places instead"
        )
        parser.add_argument("pytest", nargs="*", help="anything else goes to pytest, such as a path or -k WORD")

    def run_from_argv(self, argv: list[str]) -> None:
        """Sort our flags from pytest's, which argparse would refuse."""
        ours = [word for word in argv[2:] if word in FLAGS]
        rest = [word for word in argv[2:] if word not in FLAGS]
        super().run_from_argv([*argv[:2], *ours, "--", *rest])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["mutate"]:  # in the place of this process, so that Ctrl-C reaches it first
            os.chdir(ROOT)
            os.execv(sys.executable, [sys.executable, "-m", "tests.mutation.mutants", *options["pytest"]])  # noqa: S606
        plan = Plan(
            fast=options["fast"],
            both=options["both"],
            thorough=options["thorough"],
            extra=tuple(options["pytest"]),
        )
        began = time.monotonic()
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="openuser-test-")))
            try:
                outcomes = self._run(suite(stack, folder, plan), fail_fast=options["fail_fast"])
            except KeyboardInterrupt:
                sys.exit(130)
            tested, causes = junit.read(folder), failures.read(folder)
        passed = all(outcome.passed for outcome in outcomes)
        if not passed and not plan.chooses:
            self._explain([outcome for outcome in outcomes if not outcome.passed], causes)
        self._summarise(outcomes, time.monotonic() - began)
        for line in junit.lines(tested, with_folders=passed):
            self.stdout.write(line)
        if options["record"]:
            junit.record(tested, RECORDS, ROOT)
        if not passed:
            sys.exit(1)

    def _run(self, lanes: tuple[Iterator[Step], Iterator[Step]], *, fail_fast: bool) -> list[Outcome]:
        """Run both lanes side by side, so that no processor is idle; with `fail_fast`, one after the other.

        The output of a step of the first lane appears when the step ends.
        """
        if fail_fast:
            return self._run_lane(chain(*lanes), fail_fast=True)
        with ThreadPoolExecutor(max_workers=1) as beside:
            checks = beside.submit(self._run_lane, lanes[0], shown_at_the_end=True)
            tests = self._run_lane(lanes[1])
            return [*checks.result(), *tests]

    def _run_lane(
        self, steps: Iterable[Step], *, fail_fast: bool = False, shown_at_the_end: bool = False
    ) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for step in steps:
            heading = self.style.MIGRATE_HEADING(f"\n== {step.title}")
            began, text = time.monotonic(), ""
            if shown_at_the_end:
                with tempfile.TemporaryFile() as output:
                    passed = self._passes(step, output)
                    output.seek(0)
                    text = output.read().decode(errors="replace")
                self.stdout.write(f"{heading}\n{text}")
            else:
                self.stdout.write(heading)
                self.stdout.flush()
                passed = self._passes(step, None)
            outcomes.append(Outcome(step=step, passed=passed, seconds=time.monotonic() - began, output=text))
            if fail_fast and not passed:
                break
        return outcomes

    def _passes(self, step: Step, output: Output) -> bool:
        try:
            return step.work(output)
        except ServiceError as error:
            self.stderr.write(self.style.ERROR(str(error)))
            return False

    def _explain(self, failed: list[Outcome], causes: list[list[failures.Failure]]) -> None:
        """Why it failed, before anything is counted: of tests by their causes, of other steps with their last words."""
        self.stdout.write(self.style.ERROR("\n== Why it failed"))
        for outcome in failed:
            if outcome.step.command:
                self.stdout.write("\n".join(("", *outcome.output.rstrip().splitlines()[-LAST_LINES:])))
                self.stdout.write(f"    {outcome.step.command}")
        for line in failures.lines(causes):
            self.stdout.write(line)
        if causes:
            failures.write(causes, TRACEBACKS)
            self.stdout.write(f"\nAll tracebacks: {os.path.relpath(TRACEBACKS)}")

    def _summarise(self, outcomes: list[Outcome], seconds: float) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING("\n== Summary"))
        for outcome in outcomes:
            word = self.style.SUCCESS("passed") if outcome.passed else self.style.ERROR("FAILED")
            self.stdout.write(f"  {word}  {outcome.seconds:7.1f} s  {outcome.step.title}")
        self.stdout.write(f"          {seconds:7.1f} s  together")
