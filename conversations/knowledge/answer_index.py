"""The table of answers in the memory of this process, as it is searched. Threads share it under a lock."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import numpy as np

from conversations.knowledge import sound
from conversations.knowledge.embedders.base import Embedder, Vectors
from conversations.knowledge.likeness import EXACT, Gist, gist, likeness, plain
from conversations.knowledge.vector_index import VectorIndex
from conversations.knowledge.word_index import WordIndex

STORED = np.dtype("<f2")  # of vectors in the database
PRIOR = 50  # rows of no likeness that are added to the mean, so that a table of three has one too
BY_CHANCE, COUNTED = 0.03, 3  # lift that a further wording gives to any question, up to so many of them
WORTH_REBUILDING = 1_000  # slots that are used no more


@dataclass(frozen=True, kw_only=True)
class Reader:
    """The member who asks, and the day: an answer may be for some members only, and for some days.

    `departments` has those above theirs too. An unknown reader gets the answers that are for all.
    """

    today: date
    departments: frozenset[int] = frozenset()
    tags: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A row of the table as it is searched."""

    pk: int
    question: str
    wordings: tuple[str, ...]
    language: str
    valid_from: date | None = None
    valid_until: date | None = None
    departments: frozenset[int] = frozenset()
    tags: frozenset[int] = frozenset()

    @property
    def is_for_some(self) -> bool:
        return bool(self.departments or self.tags)

    def is_for(self, reader: Reader) -> bool:
        """Whether it is given to this reader today."""
        begun = self.valid_from is None or self.valid_from <= reader.today
        over = self.valid_until is not None and self.valid_until < reader.today
        theirs = not self.is_for_some or self.departments & reader.departments or self.tags & reader.tags
        return bool(begun and not over and theirs)

    def is_in(self, language: str) -> bool:
        """Whether its answer is in this language, or shows none."""
        return self.language in ("", language)


@dataclass(frozen=True, kw_only=True)
class Match:
    """A row that a question may ask for.

    Attributes:
        likeness: how alike the words are; 1 for the same words.
        lift: by how much its meaning is nearer to the question's than that of the other rows; None without vectors.
    """

    entry: Entry
    likeness: float = 0.0
    lift: float | None = None


class Index:
    """Rows, their words and their vectors. `seen` is the number of the last change that is in it."""

    def __init__(self, embedder: Embedder | None) -> None:
        self.embedder = embedder
        self._lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        """Forget all rows."""
        self.seen = 0
        self._entries: list[Entry | None] = []
        self._slots: dict[int, int] = {}
        self._exact: dict[str, list[int]] = {}
        self._for_some: set[int] = set()
        self._words = WordIndex()
        self._vectors: VectorIndex | None = None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nothing changes inside."""
        with self._lock:
            yield

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def vector_count(self) -> int:
        return self._vectors.count if self._vectors else 0

    @property
    def is_worn(self) -> bool:
        """Whether so many slots are unused that it should be built anew."""
        return len(self._entries) > WORTH_REBUILDING + 2 * len(self._slots)

    @property
    def has_audiences(self) -> bool:
        """Whether some rows are for some members only."""
        return bool(self._for_some)

    def pks(self) -> set[int]:
        return set(self._slots)

    def get(self, pk: int) -> Entry | None:
        """A row, if it is here."""
        slot = self._slots.get(pk)
        return None if slot is None else self._entries[slot]

    def put(self, entry: Entry) -> None:
        """Add a row, or exchange it; it keeps its vector until a new one comes."""
        before = self._slots.get(entry.pk)
        slot = len(self._entries)
        self._entries.append(entry)
        self._words.put(slot, _words(entry.wordings))
        self._slots[entry.pk] = slot
        (self._for_some.add if entry.is_for_some else self._for_some.discard)(entry.pk)
        for wording in set(map(plain, entry.wordings)):
            self._exact.setdefault(wording, []).append(slot)
        if before is not None:
            if self._vectors:
                self._vectors.move(before, slot)
            self._drop(before)

    def put_vector(self, pk: int, stored: bytes) -> None:
        """Give a row its vector; nothing for a row that is not here."""
        vector = np.frombuffer(stored, dtype=STORED).astype(np.float32)
        if (slot := self._slots.get(pk)) is None or not len(vector):
            return
        if self._vectors is None:
            self._vectors = VectorIndex(len(vector))
        self._vectors.put(slot, vector)

    def remove(self, pk: int) -> None:
        """Forget a row, if it is here."""
        self._for_some.discard(pk)
        if (slot := self._slots.pop(pk, None)) is not None:
            if self._vectors:
                self._vectors.remove(slot)
            self._drop(slot)

    def same_words(self, asked: Gist) -> list[Match]:
        """The rows that have this very question."""
        entries = (self._entries[slot] for slot in self._exact.get(asked.plain, ()))
        rows = sorted((entry for entry in entries if entry), key=lambda entry: entry.pk)
        return [Match(entry=entry, likeness=EXACT) for entry in rows]

    def sounding_like(self, text: str) -> list[Match]:
        """The rows that sound like a text, best first."""
        rows = (entry for entry in self._entries if entry)
        heard = ((max((sound.likeness(text, words) for words in row.wordings), default=0.0), row) for row in rows)
        found = sorted((pair for pair in heard if pair[0]), key=lambda pair: (-pair[0], pair[1].pk))
        return [Match(entry=entry, likeness=score) for score, entry in found]

    def near(self, asked: Gist, vector: Vectors | None, limit: int) -> list[Match]:
        """The rows nearest by words, and nearest by meaning where there is a vector; in no order."""
        lifts = self._lifts(vector, limit)
        slots = dict.fromkeys([*self._words.search(asked.units, limit), *lifts])
        entries = ((slot, self._entries[slot]) for slot in slots)
        return [
            Match(entry=entry, likeness=_likeness(asked, entry), lift=_lift(entry, lifts.get(slot)))
            for slot, entry in entries
            if entry is not None
        ]

    def _lifts(self, vector: Vectors | None, limit: int) -> dict[int, float]:
        if vector is None or self._vectors is None:
            return {}
        count = self._vectors.count
        usual = self._vectors.mean(vector) * count / (count + PRIOR)
        return {slot: score - usual for slot, score in self._vectors.search(vector, limit)}

    def _drop(self, slot: int) -> None:
        entry, self._entries[slot] = self._entries[slot], None
        self._words.remove(slot)
        for wording in set(map(plain, entry.wordings if entry else ())):
            self._exact[wording].remove(slot)
            if not self._exact[wording]:
                del self._exact[wording]


def prepare(entry: Entry) -> None:
    """Compute the keys of a row for search, which are kept, before the index is locked for it."""
    for wording in entry.wordings:
        gist(wording)


def _words(wordings: Iterable[str]) -> Iterator[str]:
    for wording in wordings:
        yield from gist(wording).units


def _lift(entry: Entry, lift: float | None) -> float | None:
    """Without the part that its wordings add by chance: their mean is broader than one question, and nearer to all."""
    return None if lift is None else lift - BY_CHANCE * min(len(entry.wordings) - 1, COUNTED)


def _likeness(asked: Gist, entry: Entry) -> float:
    return max((likeness(asked, gist(wording)) for wording in entry.wordings), default=0.0)
