"""The table of sensitive subjects in the memory of this process. It is read anew after a change, not in each turn."""

import threading
from dataclasses import dataclass

import numpy as np

from conversations.care.wordings import Wordings, wordings_of
from conversations.knowledge.answer_index import STORED
from conversations.knowledge.embedders.base import Vectors
from conversations.models import CareSubject, KnowledgeRevision

KEY = "table"
_lock = threading.Lock()
_tables: "dict[str, tuple[int, tuple[Subject, ...]]]" = {}


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """A row as messages are compared with it; `vectors` has a row for each example, of the embedder `vectors_of`."""

    pk: int
    key: str
    wordings: Wordings
    vectors: Vectors | None
    vectors_of: str


def subjects() -> tuple[Subject, ...]:
    """The subjects in use, the most urgent first.

    The number of the last change is that of the knowledge, which a turn reads anyway; without a change this asks the
    database for nothing else.
    """
    number = KnowledgeRevision.objects.kept()
    known = _tables.get(KEY)
    if known is None or known[0] != number:
        known = (number, tuple(_subject(row) for row in CareSubject.objects.enabled().order_by("position", "pk")))
        with _lock:
            _tables[KEY] = known
    return known[1]


def _subject(row: CareSubject) -> Subject:
    return Subject(
        pk=row.pk,
        key=row.key,
        wordings=wordings_of(row.words),
        vectors=_vectors(row),
        vectors_of=row.vectors_of.partition(" ")[0],
    )


def _vectors(row: CareSubject) -> Vectors | None:
    count = len(lines_of(row.examples))
    stored = np.frombuffer(bytes(row.vectors), dtype=STORED).astype(np.float32)
    return stored.reshape(count, -1) if count and len(stored) and len(stored) % count == 0 else None


def lines_of(examples: str) -> list[str]:
    """The examples of a column."""
    return [line.strip() for line in examples.splitlines() if line.strip()]
