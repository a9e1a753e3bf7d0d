"""A temporary copy of the checkout, in which one fault at a time is planted and its tests are run.

All runs share one migrated database, which is made without a fault: to migrate takes longer than most tests.
"""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from math import ceil
from pathlib import Path

from avatars.media.child_process import die_with_parent
from tests.mutation.fault import Fault
from tests.runner import database_templates
from tests.support.paths import ROOT

SECONDS = 240  # a fault that makes its tests hang is caught, too
PYTEST = ("-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "--tb=line")
HUNG = "The tests hung."
OURS = ("OPENUSER_", "WECHAT_", "TEST_", "DJANGO_", "PYTEST_")
IN_THE_DATABASE = ("openuser/roles.py",)  # what `migrate` writes


class Outcome(StrEnum):
    CAUGHT = "caught"
    MISSED = "missed"
    BROKEN = "broken"  # no test ran: the fault is none, or a path is wrong


@dataclass(frozen=True, kw_only=True)
class Run:
    outcome: Outcome
    output: str

    @property
    def caught_by(self) -> str:
        """The test that failed, if one did."""
        return next(iter(self.failed), "")

    @property
    def failed(self) -> list[str]:
        """The tests that failed; the IDs of some have blanks."""
        lines = re.findall(r"^(?:FAILED|ERROR) (\S.*)$", self.output, re.MULTILINE)
        return [line.partition(" - ")[0] for line in lines]


@contextmanager
def copied_tree() -> Iterator[Path]:
    """A copy of the files that Git knows or would take."""
    root = Path(tempfile.mkdtemp(prefix="ou-mutation-", dir="/tmp"))
    try:
        for name in tracked_files():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
        (root / ".venv").symlink_to((ROOT / ".venv").resolve())
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def share_database(folder: Path) -> None:
    """Put the migrated database of the checkout where all runs find it."""
    empty, _ = database_templates.templates(folder, "")
    (folder / empty.name).mkdir()
    empty.copy_database(str(folder / empty.name / database_templates.FILE))
    (folder / empty.name / database_templates.MADE).touch()


def tracked_files() -> list[str]:
    line = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [name for name in names if name and (ROOT / name).is_file() and not (ROOT / name).is_symlink()]


def run_fault(root: Path, fault: Fault, templates: Path) -> Run:
    """Plant the fault, run its tests, and take it out again."""
    with planted(root, fault):
        return run_tests(root, fault.tests, None if fault.file in IN_THE_DATABASE else templates)


@contextmanager
def planted(root: Path, fault: Fault) -> Iterator[None]:
    sound = fault.text(root)
    write(root / fault.file, fault.planted(root))
    try:
        yield
    finally:
        write(root / fault.file, sound)


def write(path: Path, text: str) -> None:
    """Without the compiled file: Python compares seconds and sizes, and both may be those of the last fault."""
    path.write_text(text, encoding="utf-8")
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()


def die_with_runner(seconds: float) -> None:
    """Called in a new process: it ends with a runner that is killed, too.

    A process that it starts may outlive it, and computes no longer than all cores could in that time.
    """
    die_with_parent()
    most = ceil(seconds * (os.cpu_count() or 1))
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))


def run_tests(
    root: Path,
    tests: Sequence[str],
    templates: Path | None,
    *,
    seconds: float = SECONDS,
    variables: Mapping[str, str] | None = None,
    to_the_end: bool = False,
) -> Run:
    """Run tests of a tree in a process of their own, which leaves nothing behind, up to the first that fails."""
    folder = tempfile.mkdtemp(prefix="ou-m-", dir="/tmp")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    environment |= {
        "OPENUSER_VAR_DIR": folder,
        "TEST_SEED": "0",
        "PYTHONHASHSEED": "0",
        database_templates.GIVEN: str(templates or ""),
    }
    environment |= variables or {}
    line = [sys.executable, *PYTEST, *([] if to_the_end else ["-x"]), *tests]
    with subprocess.Popen(
        line,
        cwd=root,
        env=environment,
        text=True,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=partial(die_with_runner, seconds),  # noqa: PLW1509 - two system calls
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return Run(outcome=Outcome.CAUGHT, output=HUNG)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # also what the tests started, and when Ctrl-C ends this run
            shutil.rmtree(folder, ignore_errors=True)
    outcomes = {0: Outcome.MISSED, 1: Outcome.CAUGHT}
    return Run(outcome=outcomes.get(process.returncode, Outcome.BROKEN), output=output)
