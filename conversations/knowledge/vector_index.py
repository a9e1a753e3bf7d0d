"""Vectors of many rows in memory, and the nearest to one. Pure: numpy only, no rows of the database, no threads."""

import numpy as np
from numpy.typing import NDArray

from conversations.knowledge.embedders.base import Vectors

COARSE = 256  # numbers of the short vectors that are compared with all rows
SHORTLIST = 400  # rows that are compared exactly: so many that none of the best is lost
FIRST_ROOM = 256
FULL_SCALE = 127


class VectorIndex:
    """Rows by number (`slot`). A row takes 1.9 KB with the bundled models: short in floats, exact in bytes.

    A search compares the question with all short vectors, which are a projection onto fixed random directions and keep
    products to within a few hundredths, then with the best of these exactly.
    """

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self._directions = _directions(dimensions)
        self._short: Vectors = np.zeros((FIRST_ROOM, self._directions.shape[1]), dtype=np.float32)
        self._exact: NDArray[np.int8] = np.zeros((FIRST_ROOM, dimensions), dtype=np.int8)
        self._scale: Vectors = np.zeros(FIRST_ROOM, dtype=np.float32)
        self._sum = np.zeros(dimensions, dtype=np.float64)
        self._size = 0  # slots up to the last one that is used
        self.count = 0

    def put(self, slot: int, vector: Vectors) -> None:
        """Store the vector of a slot, in the place of an earlier one."""
        self.remove(slot)
        while slot >= len(self._scale):
            self._double_room()
        self._size = max(self._size, slot + 1)
        largest = float(np.abs(vector).max()) or 1.0
        self._scale[slot] = largest / FULL_SCALE
        self._exact[slot] = np.round(vector * (FULL_SCALE / largest))
        self._short[slot] = vector @ self._directions
        self._sum += self._row(slot)
        self.count += 1

    def remove(self, slot: int) -> None:
        """Forget the vector of a slot, if it has one."""
        if self.has(slot):
            self._sum -= self._row(slot)
            self._scale[slot] = 0
            self._short[slot] = 0
            self.count -= 1

    def move(self, slot: int, to: int) -> None:
        """Give a slot's vector to another slot."""
        if self.has(slot):
            vector = self._row(slot)
            self.remove(slot)
            self.put(to, vector)

    def has(self, slot: int) -> bool:
        return slot < self._size and bool(self._scale[slot])

    def search(self, question: Vectors, limit: int) -> list[tuple[int, float]]:
        """The slots with the largest products, best first."""
        slots = self._shortlist(question)
        if not len(slots):
            return []
        scores = self._exact[slots].astype(np.float32) @ question * self._scale[slots]
        best = np.argsort(-scores)[:limit]
        return [(int(slots[place]), float(scores[place])) for place in best]

    def mean(self, question: Vectors) -> float:
        """The mean product of the question with all rows; 0 without rows."""
        return float(self._sum @ question) / self.count if self.count else 0.0

    def _shortlist(self, question: Vectors) -> NDArray[np.int64]:
        if self._size > SHORTLIST:
            products = self._short[: self._size] @ (question @ self._directions)
            slots = np.argpartition(products, -SHORTLIST)[-SHORTLIST:]
        else:
            slots = np.arange(self._size)
        return slots[self._scale[slots] > 0]

    def _double_room(self) -> None:
        self._short = np.concatenate([self._short, np.zeros_like(self._short)])
        self._exact = np.concatenate([self._exact, np.zeros_like(self._exact)])
        self._scale = np.concatenate([self._scale, np.zeros_like(self._scale)])

    def _row(self, slot: int) -> Vectors:
        row: Vectors = self._exact[slot].astype(np.float32) * self._scale[slot]
        return row


def _directions(dimensions: int) -> Vectors:
    """Random directions at right angles, the same in every process."""
    if dimensions <= COARSE:
        return np.eye(dimensions, dtype=np.float32)
    square = np.random.default_rng(dimensions).normal(size=(dimensions, COARSE))
    return np.linalg.qr(square)[0].astype(np.float32)
