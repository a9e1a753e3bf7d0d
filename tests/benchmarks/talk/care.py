"""Who writes about a sensitive subject is noticed: python -m tests.benchmarks.talk.care [--list NAME] [--words]

Reads a list in `people/`: `care-own`, by the hand that wrote the table, or one of another hand. On `care-sealed`,
which `--sealed` reads, no word, example or limit is set. Printed are recall and precision by subject, language and
level, with the table that ships and the bundled embedder, and each miss. `--words` leaves out meaning, as in a turn
that computes no vector.
"""

import argparse
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
import yaml

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.test")
django.setup()

from conversations.care.care_table import Subject, lines_of  # noqa: E402
from conversations.care.detection import Level, Noticed, judge  # noqa: E402
from conversations.care.subject_seed import shipped  # noqa: E402
from conversations.care.wordings import wordings_of  # noqa: E402
from conversations.knowledge.embedders.base import Embedder  # noqa: E402
from conversations.knowledge.embedders.bundled import Bundled  # noqa: E402
from conversations.language import detect_language  # noqa: E402

FOLDER = Path(__file__).parent / "people"
ORDINARY = ("", "none", "ordinary")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A message of a list; `subject` is empty for an ordinary one."""

    text: str
    subject: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """A message and what was noticed."""

    case: Case
    noticed: Noticed | None

    @property
    def level(self) -> str:
        return self.noticed.level.name.lower() if self.noticed else "missed"


def cases_of(path: Path) -> list[Case]:
    """The messages of a list."""
    rows: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [_case(row) for row in rows]


def _case(row: dict[str, Any]) -> Case:
    text, subject = str(row["text"]), str(row.get("subject") or "").lower()
    language = str(row.get("language") or detect_language(text, default="zh-hans"))[:2]
    return Case(text=text, subject="" if subject in ORDINARY else subject, language=language)


def table_of(embedder: Embedder | None) -> tuple[Subject, ...]:
    """The table that ships, with the vectors of an embedder."""
    return tuple(
        Subject(
            pk=number,
            key=row["key"],
            wordings=wordings_of(row["words"]),
            vectors=embedder.questions(lines_of(row["examples"])) if embedder else None,
            vectors_of=embedder.name if embedder else "",
        )
        for number, row in enumerate(shipped())
    )


def results_of(cases: Iterable[Case], embedder: Embedder | None) -> list[Result]:
    """What is noticed in each message."""
    table = table_of(embedder)
    comparable = frozenset({embedder.name}) if embedder else frozenset[str]()
    vectors = [embedder.questions([case.text])[0] if embedder else None for case in cases]
    pairs = zip(cases, vectors, strict=True)
    return [Result(case=case, noticed=judge(table, case.text, vector, comparable)) for case, vector in pairs]


def recall(results: Iterable[Result], *, level: Level = Level.SUSPECTED) -> float:
    """The share of sensitive messages that are noticed, at least at this level."""
    rows = [row for row in results if row.case.subject]
    found = [row for row in rows if row.noticed is not None and row.noticed.level >= level]
    return len(found) / len(rows) if rows else 1.0


def precision(results: Iterable[Result], *, level: Level = Level.SUSPECTED) -> float:
    """The share of noticed messages that are sensitive, at least at this level."""
    found = [row for row in results if row.noticed is not None and row.noticed.level >= level]
    return sum(bool(row.case.subject) for row in found) / len(found) if found else 1.0


def _line(name: str, results: list[Result]) -> str:
    count = sum(bool(row.case.subject) for row in results)
    sure, any_level = recall(results, level=Level.SURE), recall(results)
    rights = precision(results, level=Level.SURE), precision(results)
    return f"{name:<28} {count:>4} {sure:>10.2f} {any_level:>10.2f} {rights[0]:>10.2f} {rights[1]:>10.2f}"


def _report(results: list[Result]) -> None:
    print(f"{'':<28} {'':>4} {'recall':>21} {'precision':>21}")
    print(f"{'':<28} {'':>4} {'sure':>10} {'any':>10} {'sure':>10} {'any':>10}")
    print(_line("all", results))
    for language in sorted({row.case.language for row in results}):
        print(_line(language, [row for row in results if row.case.language == language]))
    for subject in sorted({row.case.subject for row in results} - {""}):
        for language in sorted({row.case.language for row in results}):
            rows = [row for row in results if (row.case.subject, row.case.language) == (subject, language)]
            if rows:
                print(_line(f"{subject} ({language})", rows))
    same = [row for row in results if row.noticed and row.case.subject]
    print(f"subject named as the list does: {sum(row.noticed.key == row.case.subject for row in same if row.noticed)}")
    for row in results:
        if row.case.subject and row.noticed is None:
            print(f"missed       {row.case.subject:<18} {row.case.text}")
        elif not row.case.subject and row.noticed is not None:
            print(f"false {row.level:<9} {row.noticed.key:<14} {row.noticed.found_by:<8} {row.case.text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--list", default="care-own", help="a list in people/, by name")
    parser.add_argument("--sealed", action="store_true", help="care-sealed, on which nothing may be set")
    parser.add_argument("--words", action="store_true", help="without meaning")
    given = parser.parse_args()
    cases = cases_of(FOLDER / f"{'care-sealed' if given.sealed else given.list}.yaml")
    _report(results_of(cases, None if given.words else Bundled()))


if __name__ == "__main__":
    main()
