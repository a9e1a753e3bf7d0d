"""Vectors in memory: the nearest are found, also among many."""

import numpy as np
import pytest

from conversations.knowledge.vector_index import SHORTLIST, VectorIndex

SIZE = 896


def vectors(count: int) -> np.ndarray:
    found = np.random.default_rng(7).normal(size=(count, SIZE)).astype(np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def filled(rows: np.ndarray) -> VectorIndex:
    index = VectorIndex(SIZE)
    for slot, row in enumerate(rows):
        index.put(slot, row)
    return index


def test_the_nearest_of_few_and_of_many_is_found():
    rows = vectors(2 * SHORTLIST)
    question = rows[5] + 0.02 * vectors(3)[2]
    for count in (10, len(rows)):
        (slot, score), *_others = filled(rows[:count]).search(question, 3)
        assert slot == 5
        assert score == pytest.approx(float(rows[5] @ question), abs=0.01)


def test_bytes_keep_products_to_a_hundredth():
    rows = vectors(50)
    index, question = filled(rows), rows[0] + rows[1]
    scores = dict(index.search(question, 50))
    assert max(abs(scores[slot] - float(row @ question)) for slot, row in enumerate(rows)) < 0.01
    assert index.mean(question) == pytest.approx(float((rows @ question).mean()), abs=0.001)


def test_a_removed_or_moved_vector_is_found_no_more():
    rows = vectors(20)
    index = filled(rows)
    index.remove(3)
    index.move(4, 25)
    assert [slot for slot, _score in index.search(rows[3], 20)].count(3) == 0
    assert index.search(rows[4], 1)[0][0] == 25
    assert index.count == 19
    assert VectorIndex(SIZE).search(rows[0], 3) == []
