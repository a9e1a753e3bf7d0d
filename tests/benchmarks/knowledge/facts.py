"""Facts in paragraphs, asked as people ask: python -m tests.benchmarks.knowledge.facts

Prints for plain and for headed paragraphs, alone and among other passages: right and said, wrong and said, not said,
and how many of the questions that nothing answers were answered.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("facts.yaml")
CONSIDERED = 4  # passages, as `conversations.providers.documents`
LANGUAGES = {"zh": "zh-hans", "en": "en"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question, and the words that a right answer has; none if nothing answers it."""

    text: str
    language: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Said:
    """How many questions were answered rightly, wrongly, not at all; and of those that nothing answers, how many."""

    right: int
    wrong: int
    silent: int
    unknown: int


def questions() -> Iterator[Asked]:
    """All questions of the file."""
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for key, language in LANGUAGES.items():
        for section in rows[key]:
            for _name, texts, words in section["facts"]:
                yield from (Asked(text=text, language=language, words=tuple(words)) for text in texts)
    for text in rows["unknown"]:
        yield Asked(text=text, language="en" if text.isascii() else "zh-hans")


def blocks(*, headed: bool) -> list[Any]:
    """The paragraphs of the file, below their headings or without."""
    from conversations.knowledge.documents.extraction import BELOW, Block

    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [
        Block(page=None, heading=BELOW.join((row["section"], row["sub"])) if headed else "", text=row["text"])
        for key in LANGUAGES
        for row in rows[key]
    ]


def other_texts() -> list[str]:
    """The answers of `questions.csv` that say what they are about by themselves, as further passages."""
    from tests.benchmarks.knowledge.questions import known

    return [row.answer for row in known() if len(row.answer) > 40]


def measure(embedder: Any, cut: Sequence[Any], others: Sequence[str], asked: Sequence[Asked]) -> Said:
    """Ask all questions of an index of these passages."""
    from conversations.knowledge.answer_index import STORED, Entry, Index
    from conversations.knowledge.documents import passage_retrieval
    from conversations.knowledge.documents.passages import text_of_meaning
    from conversations.knowledge.embedders.base import question_vector
    from conversations.knowledge.likeness import gist
    from conversations.language import detect_language
    from conversations.models import Passage

    rows = [Passage(pk=pk, document_id=1, number=pk, heading=one.heading, text=one.text) for pk, one in enumerate(cut)]
    rows += [Passage(pk=len(rows) + pk, document_id=2, number=pk, text=text) for pk, text in enumerate(others)]
    index = Index(embedder)
    vectors = embedder.passages([text_of_meaning(row.heading, row.text) for row in rows])
    for row, vector in zip(rows, vectors, strict=True):
        language = detect_language(row.text, default="", is_first=True)
        index.put(Entry(pk=row.pk, question=row.text, wordings=(f"{row.heading} {row.text}",), language=language))
        index.put_vector(row.pk, vector.astype(STORED).tobytes())
    of_pk, least = {row.pk: row for row in rows}, passage_retrieval.known_from(index.vector_count)
    counts = {"right": 0, "wrong": 0, "silent": 0, "unknown": 0, "none": 0}
    for question in asked:
        near = index.near(gist(question.text), question_vector(embedder, question.text), 20)
        nearest = passage_retrieval.ranked(near, question.language)[:CONSIDERED]
        found = passage_retrieval.judged(nearest, of_pk, least, question.language)
        told = passage_retrieval.told_together(found) if found and found[0].is_sure else []
        counts[_judged(question, "\n".join(row.text for row in told))] += 1
    counts.pop("none")
    return Said(**counts)


def _judged(question: Asked, told: str) -> str:
    if not told:
        return "silent" if question.words else "none"
    if not question.words:
        return "unknown"
    return "right" if all(word in told for word in question.words) else "wrong"


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.embedded")
    django.setup()
    from conversations.knowledge.documents.passages import cut
    from core import backends

    embedder, asked = backends.backend("EMBEDDERS", "bundled"), list(questions())
    known = sum(1 for one in asked if one.words)
    print(f"{'':34} {'right':>6} {'wrong':>6} {'silent':>7} {'unknown answered':>17}")
    for headed in (False, True):
        for others in ((), other_texts()):
            said = measure(embedder, list(cut(blocks(headed=headed))), others, asked)
            name = f"{'headed' if headed else 'plain'}, {len(others)} others"
            shares = [count / known for count in (said.right, said.wrong, said.silent)]
            print(
                f"{name:34} {shares[0]:6.3f} {shares[1]:6.3f} {shares[2]:7.3f} {said.unknown:8} of {len(asked) - known}"
            )


if __name__ == "__main__":
    main()
