"""Which tests reach a line, recorded once by a run of an app's tests."""

import ast
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import coverage

from tests.mutation.mutants.mutant import Mutant, digest
from tests.mutation.tree import Outcome, run_tests

CHOSEN = "not slow and not browser and not chaos and not gpu and not thorough"
SHORT = f"{CHOSEN} and not long"
MOST_SECONDS = 60.0  # of the tests that judge one mutant, as the record knows them
MOST_TESTS = 150
RECORD_SECONDS = 7200
PLUGIN = Path(__file__).with_name("recorder.py")


class RecordFailed(Exception):
    """The tests of an app cannot be run without a mutant; the message is their output."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """A record.

    Attributes:
        code: a digest of the files that decide it.
        seconds: of each test that passed.
        lines: by file and line, the tests that reach it.
    """

    code: str
    seconds: dict[str, float]
    lines: dict[str, dict[int, list[str]]]

    def tests(self, mutant: Mutant, root: Path) -> list[str]:
        """The tests that judge a mutant, the quickest first.

        What runs when its module is imported runs in no test; there, they are those of the function, else of the file.
        """
        reached = self.lines.get(mutant.file, {})
        for lines in spans(root / mutant.file, mutant.line):
            ran = [reached[line] for line in lines if line in reached]
            if not ran:
                break
            if tests := set(chain.from_iterable(ran)):
                return quickest(tests, self.seconds)
        return []

    def save(self, path: Path) -> None:
        path.write_text(json.dumps({"code": self.code, "seconds": self.seconds, "lines": self.lines}), encoding="utf-8")


def load(path: Path) -> Reach | None:
    if not path.exists():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    lines = {file: {int(line): tests for line, tests in known.items()} for file, known in kept["lines"].items()}
    return Reach(code=kept["code"], seconds=kept["seconds"], lines=lines)


def spans(path: Path, line: int) -> Iterable[range]:
    """The lines of the statement at a line, then those of the function, then of the whole file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    around = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and line in header(node)]
    if around:
        yield min((header(node) for node in around), key=len)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    bodies = [range(first_line(node), (node.end_lineno or 0) + 1) for node in functions]
    if inner := [body for body in bodies if line in body]:
        yield min(inner, key=len)
    yield range(1, len(path.read_text(encoding="utf-8").splitlines()) + 1)


def header(node: ast.stmt) -> range:
    """The lines of a statement without those of the statements in it."""
    inside = [child.lineno for child in ast.walk(node) if isinstance(child, ast.stmt) and child is not node]
    return range(first_line(node), min([*inside, (node.end_lineno or node.lineno) + 1]))


def first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def quickest(tests: set[str], seconds: dict[str, float]) -> list[str]:
    """As many as the limits let."""
    chosen: list[str] = []
    left = MOST_SECONDS
    for test in sorted(tests & seconds.keys(), key=lambda test: (seconds[test], test)):
        left -= seconds[test]
        if chosen and (left < 0 or len(chosen) == MOST_TESTS):
            break
        chosen.append(test)
    return chosen


def record(root: Path, app: str, templates: Path | None, marks: str) -> Reach:
    """Run the tests of an app without a mutant.

    Raises:
        RecordFailed: no test passed.
    """
    code = code_of(root, app, marks)
    with TemporaryDirectory(prefix="ou-reach-", dir="/tmp") as name:
        folder = Path(name)
        shutil.copy(PLUGIN, folder)
        words = ["-p", PLUGIN.stem, "-m", marks, f"tests/{app}"]
        variables = {"MUTANTS_RECORD": name, "MUTANTS_APP": app, "PYTHONPATH": name}
        run = run_tests(root, words, templates, seconds=RECORD_SECONDS, variables=variables, to_the_end=True)
        if run.outcome is Outcome.BROKEN or not (folder / "tests.json").exists():
            raise RecordFailed(run.output[-3000:])
        seconds = json.loads((folder / "tests.json").read_text(encoding="utf-8"))
        data = coverage.CoverageData(basename=str(folder / "coverage"))
        data.read()
        lines = {
            str(Path(file).relative_to(root.resolve())): {
                line: sorted(set(tests) & seconds.keys()) for line, tests in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
        }
    return Reach(code=code, seconds=seconds, lines=lines)


def code_of(root: Path, app: str, marks: str) -> str:
    """A digest of an app and its tests."""
    files = sorted(path for top in (root / app, root / "tests" / app) for path in top.rglob("*.py"))
    return digest(marks + "".join(f"{path.relative_to(root)} {digest(path.read_text('utf-8'))}" for path in files))
