"""Which rows share words with a question: rare words count more, long rows less. Pure.

Words are the units that `likeness` compares: pairs of Chinese characters, stems of English words, codes and numbers.
"""

import math
from array import array
from collections.abc import Iterable, Mapping

import numpy as np

COMMON = 0.2  # a word that more of the rows have says little
MANY = 1_000  # rows from which on common words are passed over


class WordIndex:
    """Rows by number (`slot`). A slot is used once: a row that has changed gets another."""

    def __init__(self) -> None:
        self._slots: dict[str, array[int]] = {}
        self._lengths = array("f")
        self._alive = 0

    def put(self, slot: int, words: Iterable[str]) -> None:
        """Store the words of a new slot, the next one."""
        distinct = set(words)
        assert slot == len(self._lengths)
        self._lengths.append(math.sqrt(len(distinct) or 1))
        self._alive += 1
        for word in distinct:
            self._slots.setdefault(word, array("I")).append(slot)

    def remove(self, slot: int) -> None:
        """Let a slot be found no more."""
        if math.isfinite(self._lengths[slot]):
            self._lengths[slot] = math.inf
            self._alive -= 1

    def search(self, words: Mapping[str, float], limit: int) -> list[int]:
        """The slots that share most with these weighted words, best first."""
        posted = [(weight, np.frombuffer(slots, dtype=np.uint32)) for weight, slots in self._posted(words)]
        if not posted:
            return []
        scores = np.zeros(len(self._lengths), dtype=np.float32)
        for weight, slots in posted:
            scores[slots] += weight * math.log(1 + self._alive / len(slots))
        scores /= np.frombuffer(self._lengths, dtype=np.float32)
        few = min(limit, len(scores))
        best = np.argpartition(scores, -few)[-few:]
        best = best[np.argsort(-scores[best], kind="stable")]
        return [int(slot) for slot in best if scores[slot] > 0]

    def _posted(self, words: Mapping[str, float]) -> list[tuple[float, "array[int]"]]:
        posted = [(weight, self._slots[word]) for word, weight in words.items() if word in self._slots]
        if self._alive < MANY:
            return posted
        rare = [(weight, slots) for weight, slots in posted if len(slots) < COMMON * self._alive]
        return rare or posted
