"""The questions of the benchmark: 209 of an office, each asked in four other ways, and 86 that none of them answers.

`questions.csv` has what the table knows (language, question, answer) and how it is asked: in ordinary words, twice in
colloquial ones that share hardly any, and in the other language. None of these wordings is in the table. Every second
question, from the first on, is for development: means and limits were set on these. The others are held out.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
WAYS = ("ordinary", "colloquial", "more_colloquial", "other_language")
OTHER = {"zh-hans": "en", "en": "zh-hans"}


@dataclass(frozen=True, kw_only=True)
class Known:
    """A question of the table, and how it is asked."""

    number: int
    language: str
    question: str
    answer: str
    asked: dict[str, str]

    @property
    def is_held_out(self) -> bool:
        return self.number % 2 == 1

    def language_of(self, way: str) -> str:
        return OTHER[self.language] if way == "other_language" else self.language


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A question without an answer in the table."""

    number: int
    text: str

    @property
    def is_held_out(self) -> bool:
        return self.number % 2 == 1

    @property
    def language(self) -> str:
        return "en" if self.text.isascii() else "zh-hans"


def known() -> list[Known]:
    with (FOLDER / "questions.csv").open(encoding="utf-8", newline="") as lines:
        return [
            Known(
                number=number,
                language=row["language"],
                question=row["question"],
                answer=row["answer"],
                asked={way: row[way] for way in WAYS},
            )
            for number, row in enumerate(csv.DictReader(lines))
        ]


def unknown() -> list[Unknown]:
    lines = (FOLDER / "unknown.txt").read_text(encoding="utf-8").splitlines()
    return [Unknown(number=number, text=line) for number, line in enumerate(lines)]
