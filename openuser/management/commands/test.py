"""`manage.py test`: all that must hold before a change is shared. Replaces Django's command, which runs unittest."""

import importlib.util
import os
import random
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from openuser.management import junit
from openuser.servers import chromium, postgres
from openuser.servers.processes import ServiceError

ROOT = Path(__file__).resolve().parents[3]
FLAGS = frozenset({"--fast", "--both", "--fail-fast", "-h", "--help", "--traceback", "--no-color", "--force-color"})
DATABASES = "databases"  # the mark of what depends on the database
EITHER = "databases or django_db or chaos or slow"  # what uses one at all
NOTHING_COLLECTED = 5  # pytest's exit status


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a step went."""

    title: str
    passed: bool
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something to run; `work` says whether it passed, and raises ServiceError with words if it could not run."""

    title: str
    work: Callable[[], bool]


class Command(BaseCommand):
    help = "Run the whole suite: style, types, contracts, migrations, and the tests on SQLite and on PostgreSQL."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fast", action="store_true", help="SQLite only, without slow, browser and chaos tests")
        parser.add_argument("--both", action="store_true", help="every test that uses a database, on both of them")
        parser.add_argument("--fail-fast", action="store_true", help="stop at the first step that fails")
        parser.add_argument("pytest", nargs="*", help="anything else goes to pytest, such as a path or -k WORD")

    def run_from_argv(self, argv: list[str]) -> None:
        """Sort our flags from pytest's, which argparse would refuse."""
        ours = [word for word in argv[2:] if word in FLAGS]
        rest = [word for word in argv[2:] if word not in FLAGS]
        super().run_from_argv([*argv[:2], *ours, "--", *rest])

    def handle(self, *args: Any, **options: Any) -> None:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="openuser-test-")))
            steps = suite(stack, folder, fast=options["fast"], both=options["both"], extra=options["pytest"])
            try:
                outcomes = self._run(steps, fail_fast=options["fail_fast"])
            except KeyboardInterrupt:
                sys.exit(130)
            tested = junit.read(folder)
        self._summarise(outcomes)
        for line in junit.lines(tested):
            self.stdout.write(line)
        if not all(outcome.passed for outcome in outcomes):
            sys.exit(1)

    def _run(self, steps: Iterable[Step], *, fail_fast: bool) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for step in steps:
            self.stdout.write(self.style.MIGRATE_HEADING(f"\n== {step.title}"))
            self.stdout.flush()
            began = time.monotonic()
            try:
                passed = step.work()
            except ServiceError as error:
                self.stderr.write(self.style.ERROR(str(error)))
                passed = False
            outcomes.append(Outcome(title=step.title, passed=passed, seconds=time.monotonic() - began))
            if fail_fast and not passed:
                break
        return outcomes

    def _summarise(self, outcomes: list[Outcome]) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING("\n== Summary"))
        for outcome in outcomes:
            word = self.style.SUCCESS("passed") if outcome.passed else self.style.ERROR("FAILED")
            self.stdout.write(f"  {word}  {outcome.seconds:7.1f} s  {outcome.title}")
        total = sum(outcome.seconds for outcome in outcomes)
        self.stdout.write(f"          {total:7.1f} s  together")


def suite(stack: ExitStack, folder: Path, *, fast: bool, both: bool, extra: list[str]) -> Iterable[Step]:
    """The steps in order. Servers start when the first step that needs them runs, and end with `stack`."""
    plain = {**os.environ, "DJANGO_SETTINGS_MODULE": "openuser.settings.test", "OPENUSER_VAR_DIR": str(folder)}
    plain.pop("TEST_DATABASE_URL", None)
    # Else each of the many processes compiles the same files again.
    plain.pop("PYTHONDONTWRITEBYTECODE", None)
    # All workers must find the same tests in the same order, even where those come from a set.
    plain.setdefault("PYTHONHASHSEED", str(random.randrange(2**32)))
    manage = str(ROOT / "manage.py")
    for title, line in (
        ("ruff format --check", ("-m", "ruff", "format", "--check", ".")),
        ("ruff check", ("-m", "ruff", "check", ".")),
        ("mypy", ("-m", "mypy", ".")),
        ("lint-imports", (str(Path(sys.executable).with_name("lint-imports")),)),
        ("makemigrations --check", (manage, "makemigrations", "--check", "--dry-run")),
        ("check --fail-level WARNING", (manage, "check", "--fail-level", "WARNING")),
        ("spectacular --fail-on-warn", (manage, "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)),
    ):
        yield Step(title=title, work=partial(succeeds, line, plain))
    if not fast:
        yield Step(title="Chromium", work=lambda: bool(chromium.find_or_install()))
    yield Step(
        title="pytest on SQLite",
        work=lambda: pytest(
            marks("slow", "browser", "chaos") if fast else marks(), extra, plain, folder / "sqlite.xml"
        ),
    )
    if not fast:
        yield Step(
            title="pytest on PostgreSQL",
            work=lambda: pytest(
                f"({EITHER if both else DATABASES}) and {marks('browser')}",
                extra,
                with_postgres(stack, plain),
                folder / "postgres.xml",
            ),
        )


def with_postgres(stack: ExitStack, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with a PostgreSQL in it: the one that TEST_DATABASE_URL names, else a private one."""
    named = os.environ.get("TEST_DATABASE_URL", "")
    return {**environment, "TEST_DATABASE_URL": named or stack.enter_context(postgres.running())}


def marks(*without: str) -> str:
    """An expression for `pytest -m`; tests of a GPU need torch."""
    left_out = [*without, *([] if importlib.util.find_spec("torch") else ["gpu"])]
    return " and ".join(f"not {mark}" for mark in left_out)


def workers(extra: list[str]) -> list[str]:
    """How pytest shares the work out: one worker more than there are processors, since many tests wait.

    Chosen tests are run by one process, which is sooner at work.
    """
    if any(not word.startswith("-") for word in extra):
        return []
    return ["-n", str(min(os.cpu_count() or 2, 7) + 1)]


def pytest(expression: str, extra: list[str], environment: Mapping[str, str], report: Path) -> bool:
    """Run pytest; whether all went well. A choice of tests may be empty on one of the databases."""
    line = ["-m", "pytest", f"--junit-xml={report}", *workers(extra)]
    status = python([*line, *(["-m", expression] if expression else []), *extra], environment)
    return status == 0 or (bool(extra) and status == NOTHING_COLLECTED)


def succeeds(line: Iterable[str], environment: Mapping[str, str]) -> bool:
    """Whether this interpreter, run with these arguments, ends well."""
    return python(line, environment) == 0


def python(line: Iterable[str], environment: Mapping[str, str]) -> int:
    """Run this interpreter; its exit status."""
    return subprocess.run([sys.executable, *line], cwd=ROOT, env=dict(environment), check=False).returncode
