"""What a night runs, in parts that one can begin anew each."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.table import ROWS
from tests.mutation.fault import faults
from tests.runner.dates.moments import MOMENTS
from tests.support.paths import ROOT

# Those of `manage.py test`, each with the cases that its daily run leaves out, on both databases.
THOROUGH = ("test", "--both", "--thorough")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A command from the root of the checkout that must exit with 0."""

    name: str
    command: tuple[str, ...]


def parts() -> list[Part]:
    """All parts: tests by folder, other days, the pooler, chaos by row, and planted faults by app."""
    return [*_tests(), *_days(), _module("pooler", "tests.nightly.pooled"), *_chaos(), *_faults()]


def _tests() -> Iterator[Part]:
    for folder in sorted(path.parent for path in (ROOT / "tests").glob("*/__init__.py")):
        if any(folder.rglob("test_*.py")):
            words = (*THOROUGH, f"tests/{folder.name}")
            yield Part(name=f"tests/{folder.name}", command=(sys.executable, "manage.py", *words))


def _days() -> Iterator[Part]:
    for moment in MOMENTS.values():
        yield _module(f"dates/{moment}", "tests.runner.dates", "--at", moment)


def _chaos() -> Iterator[Part]:
    for row in ROWS:
        yield _module(f"chaos/{row.id}", "tests.chaos", row.id)


def _faults() -> Iterator[Part]:
    for app, folder in sorted({(fault.app, fault.file.partition("/")[0]) for fault in faults()}):
        yield _module(f"faults/{app}-{folder}", "tests.mutation", "--only", f"{app} {folder}/")


def _module(name: str, module: str, *words: str) -> Part:
    return Part(name=name, command=(sys.executable, "-m", module, *words))
