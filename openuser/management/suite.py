"""The checks of a change: the steps of `manage.py test`, in two lanes."""

import importlib.util
import os
import random
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO

from openuser.management import own_process
from openuser.servers import chromium, postgres

ROOT = Path(__file__).resolve().parents[2]
DATABASES = "databases"  # the mark of tests that depend on the database
EITHER = "databases or django_db or chaos or slow"  # tests that use a database at all
NOTHING_COLLECTED = 5  # pytest's exit status
SEED = "TEST_SEED"  # of the order of files; see tests/runner/file_order.py
Output = IO[bytes] | None  # None is the terminal


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the suite.

    Attributes:
        work: does it, and returns whether it passed. Raises ServiceError if it cannot run.
        command: the line that runs it alone; empty for pytest's, whose tests have commands of their own.
    """

    title: str
    work: Callable[[Output], bool]
    command: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The options of the command.

    Attributes:
        fast: only SQLite, without tests that take long.
        both: every test that uses a database, on both of them.
        thorough: the cases too that differ little from those of the suite.
        extra: arguments for pytest.
    """

    fast: bool = False
    both: bool = False
    thorough: bool = False
    extra: tuple[str, ...] = ()

    @property
    def chooses(self) -> bool:
        """Whether the arguments choose tests: a path, or a word after `-k`."""
        return any(not word.startswith("-") for word in self.extra)

    @property
    def chooses_apps(self) -> bool:
        """Whether the arguments choose all tests of apps, like `tests/wecom`."""
        return self.chooses and all(word.strip("/").count("/") == 1 and (ROOT / word).is_dir() for word in self.extra)


def suite(stack: ExitStack, folder: Path, plan: Plan) -> tuple[Iterator[Step], Iterator[Step]]:
    """Two lanes of steps, to run side by side.

    Servers start with the first step that needs them, and end with `stack`.
    """
    plain = {**os.environ, "DJANGO_SETTINGS_MODULE": "openuser.settings.test", "OPENUSER_VAR_DIR": str(folder)}
    plain.pop("TEST_DATABASE_URL", None)
    if plan.thorough:
        plain["TEST_ENGINES"] = "real"
    # Else each of the many processes compiles the same files again.
    plain.pop("PYTHONDONTWRITEBYTECODE", None)
    # All workers must find the same tests in the same order, even where those come from a set.
    plain.setdefault("PYTHONHASHSEED", str(random.randrange(2**32)))
    plain.setdefault(SEED, str(random.randrange(1, 2**32)))
    return chain(checks(plain), tests_on_postgres(stack, folder, plan, plain)), tests_on_sqlite(folder, plan, plain)


def checks(environment: Mapping[str, str]) -> Iterator[Step]:
    """The checks that run no tests."""
    for title, line in (
        ("ruff format --check", ("-m", "ruff", "format", "--check", ".")),
        ("ruff check", ("-m", "ruff", "check", ".")),
        ("mypy", ("-m", "mypy", ".")),
        ("lint-imports", (str(Path(sys.executable).with_name("lint-imports")),)),
        ("eslint", ("-m", "tests.javascript", "eslint")),
        ("tsc --checkJs", ("-m", "tests.javascript", "tsc")),
    ):
        command = shlex.join(line) if line[0] != "-m" else f".venv/bin/python {shlex.join(line)}"
        yield Step(title=title, work=partial(succeeds, line, environment), command=command)
    for title, arguments in (
        ("makemigrations --check", ("makemigrations", "--check", "--dry-run")),
        ("check --fail-level WARNING", ("check", "--fail-level", "WARNING")),
        ("spectacular --fail-on-warn", ("spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)),
    ):
        yield Step(
            title=title,
            work=partial(own_process.passes, arguments),
            command=f"python3 manage.py {shlex.join(arguments)}",
        )


def tests_on_sqlite(folder: Path, plan: Plan, environment: Mapping[str, str]) -> Iterator[Step]:
    """All tests."""
    if not plan.fast:
        yield Step(title="Chromium", work=lambda _output: bool(chromium.install()))
    expression = marks(plan, *(("slow", "long", "browser", "chaos") if plan.fast else ()))
    yield Step(title="pytest on SQLite", work=partial(pytest, "sqlite", expression, plan, folder, environment))


def tests_on_postgres(stack: ExitStack, folder: Path, plan: Plan, environment: Mapping[str, str]) -> Iterator[Step]:
    """The tests that depend on the database; with `--both` all but those in a browser."""
    if plan.fast:
        return
    chosen = f"({EITHER if plan.both else DATABASES}) and {marks(plan, 'browser')}"

    def work(output: Output) -> bool:
        return pytest("postgres", chosen, plan, folder, with_postgres(stack, environment), output)

    yield Step(title="pytest on PostgreSQL", work=work)


def with_postgres(stack: ExitStack, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with a PostgreSQL in it: the one that TEST_DATABASE_URL names, else a private one."""
    named = os.environ.get("TEST_DATABASE_URL", "")
    return {**environment, "TEST_DATABASE_URL": named or stack.enter_context(postgres.running())}


def marks(plan: Plan, *without: str) -> str:
    """An expression for `pytest -m`; tests of a GPU need torch."""
    left_out = [*without, *([] if plan.thorough else ["thorough"])]
    left_out += [] if importlib.util.find_spec("torch") else ["gpu"]
    return " and ".join(f"not {mark}" for mark in left_out)


def workers(plan: Plan, database: str) -> list[str]:
    """pytest's option for the number of processes: more than there are processors, because many tests wait.

    One more than processors: with PostgreSQL's beside them two processors are busy all the time, and a further one
    costs all of them a fifth more CPU (2,577 s with three processes, 3,111 s with four).
    Chosen tests run in one process, which starts sooner; those of an app in one for each processor.
    """
    processors = min(os.cpu_count() or 2, 7)
    if plan.chooses_apps and database == "sqlite":
        return ["-n", str(processors)]
    if plan.chooses:
        return []
    if database == "postgres" and not plan.both:
        return ["-n", str(processors // 2)] if processors > 3 else []
    return ["-n", str(processors + 1)]


def files_with(mark: str) -> list[str]:
    """The files of tests with a mark; pytest then imports no others."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(file.relative_to(ROOT)) for file in files if f"mark.{mark}" in file.read_text(encoding="utf-8")]


def pytest(
    database: str, expression: str, plan: Plan, folder: Path, environment: Mapping[str, str], output: Output
) -> bool:
    """Run pytest; whether it passed. A choice of tests may be empty on one of the databases."""
    files = files_with(DATABASES) if database == "postgres" and not (plan.both or plan.chooses) else []
    line = ["-m", "pytest", f"--junit-xml={folder / database}.xml", *workers(plan, database)]
    # Of the whole suite, `failures` tells; who chose a test wants to read all of it.
    line += [] if plan.chooses else ["--brief", "--tb=short", "-rs"]
    line += [*(["-m", expression] if expression else []), *plan.extra, *files]
    status = python(line, {**environment, "OPENUSER_VAR_DIR": str(folder / database)}, output)
    return status == 0 or (plan.chooses and status == NOTHING_COLLECTED)


def succeeds(line: Iterable[str], environment: Mapping[str, str], output: Output) -> bool:
    """Whether this interpreter, run with these arguments, exits with status 0."""
    return python(line, environment, output) == 0


def python(line: Iterable[str], environment: Mapping[str, str], output: Output) -> int:
    """Run this interpreter; its exit status."""
    errors = None if output is None else subprocess.STDOUT
    command = [sys.executable, *line]
    return subprocess.run(
        command, cwd=ROOT, env=dict(environment), stdout=output, stderr=errors, check=False
    ).returncode
