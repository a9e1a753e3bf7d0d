"""How well questions are found, and how long that takes: python -m tests.benchmarks.knowledge.measure [--rows N …]

Prints three tables. The first has the questions of `questions.csv`: found first, among the first three, asked back, not
known, answered wrongly; those for development and those held out. The second has the same with three other wordings of
each question in the table, asked in the fourth. The third has the time of a search in larger tables besides the
embedding, which is printed too.
"""

import argparse
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from conversations.knowledge import answer_retrieval
from conversations.knowledge.answer_index import Entry, Index
from conversations.knowledge.answer_retrieval import Verdict
from conversations.knowledge.embedders.base import Embedder, question_vector
from conversations.knowledge.embedding import vector_of
from core import backends
from tests.benchmarks.knowledge.questions import WAYS, known, unknown

HEADER = f"{'':34} {'first':>6} {'three':>6} {'answered':>9} {'wrong':>6} {'asked back':>11} {'not known':>10}"


def main(rows: Iterable[int], *, embedder: Embedder | None) -> None:
    print(f"Embedder: {embedder.name if embedder else 'none, words only'}")
    alone = office(embedder)
    print_quality("The question alone is in the table", dict.fromkeys(WAYS, alone))
    others = {way: office(embedder, wordings=[one for one in WAYS if one != way]) for way in WAYS}
    print_quality("Three other wordings are in the table, too", others)
    print()
    for count in rows:
        print_cost(embedder, count)


def print_quality(title: str, indexes: Mapping[str, Index]) -> None:
    """The table of what is found, with the index that is asked in each way; unknown questions are asked in all."""
    print(f"\n{title}:\n{HEADER}")
    for held_out in (False, True):
        part = "held out" if held_out else "development"
        rows = [row for row in known() if row.is_held_out == held_out]
        found = {
            way: [judged(indexes[way], row.asked[way], row.language_of(way), row.number) for row in rows]
            for way in WAYS
        }
        for way in WAYS:
            print_row(f"{part}, {way}", found[way])
        print_row(f"{part}, all", [one for way in WAYS for one in found[way]])
        nothing = [row for row in unknown() if row.is_held_out == held_out]
        different = dict.fromkeys(indexes.values())
        print_row(f"{part}, unknown", [judged(one, row.text, row.language, -1) for one in different for row in nothing])


def office(embedder: Embedder | None, *, wordings: Sequence[str] = ()) -> Index:
    """An index of the questions and their answers, with the wordings of these ways."""
    index = Index(embedder)
    for row in known():
        own = (row.question, *(row.asked[way] for way in wordings))
        index.put(Entry(pk=row.number, question=row.question, wordings=own, language=row.language))
        if embedder:
            index.put_vector(row.number, vector_of(embedder, own, row.answer))
    return index


def judged(index: Index, text: str, language: str, number: int) -> dict[str, bool]:
    found = answer_retrieval.search(index, text, language=language)
    places = [match.entry.pk for match in found.matches]
    place = places.index(number) if number in places else len(places)
    return {
        "first": place == 0,
        "three": place < 3,
        "answered": found.verdict == Verdict.KNOWN,
        "wrong": found.verdict == Verdict.KNOWN and place > 0,
        "asked back": found.verdict == Verdict.UNSURE,
        "not known": found.verdict == Verdict.UNKNOWN,
    }


def print_row(name: str, found: list[dict[str, bool]]) -> None:
    share: dict[str, Any] = {key: np.mean([one[key] for one in found]) for key in found[0]}
    print(
        f"{name:34} {share['first']:6.3f} {share['three']:6.3f} {share['answered']:9.3f} {share['wrong']:6.3f} "
        f"{share['asked back']:11.3f} {share['not known']:10.3f}"
    )


def print_cost(embedder: Embedder | None, count: int) -> None:
    """CPU of a search among so many rows: the questions over and over with numbers, and vectors near theirs."""
    texts = [row.question for row in known()]
    index, numbers = Index(embedder), np.random.default_rng(1)
    base = (
        np.stack([np.frombuffer(vector_of(embedder, (text,), ""), dtype="<f2") for text in texts]) if embedder else None
    )
    started = time.process_time()
    for number in range(count):
        text = f"{texts[number % len(texts)]} {number}"
        index.put(Entry(pk=number, question=text, wordings=(text,), language="zh-hans"))
        if base is not None:
            vector = base[number % len(texts)].astype(np.float32)
            noise = numbers.normal(scale=0.7 * np.linalg.norm(vector) / len(vector) ** 0.5, size=len(vector))
            index.put_vector(number, (vector + noise).astype("<f2").tobytes())
    built = time.process_time() - started
    asked = [row.asked["colloquial"] for row in known()[:40]]
    started = time.process_time()
    if embedder:
        for text in asked:
            question_vector(embedder, text)
    embedded = (time.process_time() - started) / len(asked)
    spent = []
    for text in asked:
        started = time.process_time()
        answer_retrieval.search(index, text, language="zh-hans")
        spent.append(time.process_time() - started)
    print(
        f"{count:7} rows: {1000 * np.median(spent):5.1f} ms a search, {1000 * np.quantile(spent, 0.95):5.1f} at "
        f"p95; {1000 * embedded:5.1f} ms the embedding; built in {built:.1f} s"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[100, 1_000, 10_000, 100_000])
    parser.add_argument("--embedder", default="bundled", help="an entry of EMBEDDERS; empty: words only")
    options = parser.parse_args()
    main(options.rows, embedder=backends.backend("EMBEDDERS", options.embedder) if options.embedder else None)
