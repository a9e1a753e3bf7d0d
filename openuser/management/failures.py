"""Why a run of the suite failed: equal causes are one, each in a few lines, with the command that repeats it."""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element  # to name the type; what is read goes through defusedxml

from defusedxml import ElementTree

from openuser.management import junit

DATABASES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
FRAME = re.compile(r"^(?P<path>[^\s:]+\.py):(?P<line>\d+): ?(?P<error>[\w.]*)", re.MULTILINE)
SAID = re.compile(r"^E {3}(.*)$", re.MULTILINE)
CAUSES = 12  # that are shown; all are in the file
WORDS, FRAMES, TESTS = 5, 4, 3  # lines of a cause
WIDTH = 160


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A test that failed on a database.

    Attributes:
        test: its name for pytest.
        frames: where it failed, as `path:line`, from the test down.
        words: those of the error, or of pytest.
        text: all that pytest wrote about it.
    """

    test: str
    database: str
    frames: tuple[str, ...]
    words: tuple[str, ...]
    text: str

    @property
    def cause(self) -> tuple[str, ...]:
        """Equal where the same line raised the same kind of error. The rest of its words may name another row each."""
        where, kind = self.frames[-1:], self.words[0].partition(":")[0] if self.words else ""
        return (*where, kind)


def read(folder: Path) -> list[list[Failure]]:
    """The failures of all JUnit reports in a folder, by cause; those of most tests come first."""
    causes: dict[tuple[str, ...], list[Failure]] = {}
    for path in sorted(folder.glob("*.xml")):
        for case in ElementTree.parse(path).iter("testcase"):
            for report in case:
                if report.tag in {"failure", "error"}:
                    failure = failure_of(case, report, DATABASES.get(path.stem, path.stem))
                    causes.setdefault(failure.cause, []).append(failure)
    return sorted(causes.values(), key=lambda failures: -len(failures))


def failure_of(case: Element, report: Element, database: str) -> Failure:
    text = report.text or ""
    frames = [f"{frame['path']}:{frame['line']}" for frame in FRAME.finditer(text)]
    ours = [frame for frame in frames if not frame.startswith(("/", "."))]  # others are of packages
    error_lines = SAID.findall(text) or (report.get("message") or "").splitlines()
    return Failure(
        test=test_of(case.get("classname", ""), case.get("name", "")),
        database=database,
        frames=tuple((ours or frames)[-FRAMES:]),
        words=tuple(line.rstrip()[:WIDTH] for line in error_lines if line.strip())[:WORDS],
        text=text,
    )


def test_of(classname: str, name: str) -> str:
    """The name of the test for pytest; of a file that could not be read, its path."""
    if not classname:
        return junit.file_of(name)
    module = junit.module_of(classname)
    classes = filter(None, classname[len(module) + 1 :].split("."))
    return "::".join([junit.file_of(module), *classes, name])


def lines(causes: list[list[Failure]]) -> Iterable[str]:
    """Each cause: its error and its place, some of its tests, and the command that runs one of them again."""
    for failures in causes[:CAUSES]:
        first = failures[0]
        yield ""
        yield from (f"  {line}" for line in first.words)
        yield f"    at {' → '.join(first.frames) or first.test}"
        for failure in failures[:TESTS]:
            yield f"FAILED {failure.test} on {failure.database}"
        if len(failures) > TESTS:
            yield f"       and {len(failures) - TESTS:,} more with this cause"
        yield f"    python3 manage.py test {shlex.quote(first.test)}"
    if len(causes) > CAUSES:
        yield ""
        yield f"{len(causes) - CAUSES} causes more:"
        yield from (f"FAILED {failures[0].test} ({len(failures):,})" for failures in causes[CAUSES:])


def write(causes: list[list[Failure]], path: Path) -> None:
    """Keep all that pytest wrote of each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    failures = [failure for cause in causes for failure in cause]
    path.write_text(
        "\n\n".join(f"==== {failure.test} on {failure.database}\n{failure.text}" for failure in failures),
        encoding="utf-8",
    )
