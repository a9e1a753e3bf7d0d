"""Which rows share most with a question, by the weight, the rarity and the length of their words."""

import pytest

from conversations.knowledge.word_index import WordIndex


def index_of(*rows: str) -> WordIndex:
    index = WordIndex()
    for slot, words in enumerate(rows):
        index.put(slot, words.split())
    return index


@pytest.mark.parametrize(
    ("rows", "words", "order"),
    [
        (("a x", "b y"), {"a": 1}, [0]),
        (("a", "a b", "a b c d"), {"a": 1}, [0, 1, 2]),  # long rows count less
        (("a x", "a y", "a z", "b w"), {"a": 1, "b": 1}, [3, 0, 1, 2]),  # rare words count more
        (("a x", "a y", "a z", "b w"), {"a": 3, "b": 1}, [0, 1, 2, 3]),  # and heavy ones
        (("a b", "a c", "b c"), {"a": 1, "b": 1}, [0, 1, 2]),
        (("a a a b", "a b"), {"a": 1}, [0, 1]),  # a word counts once
        (("a", "b"), {"c": 1}, []),
        (("", "a"), {"a": 1}, [1]),
    ],
)
def test_rows_are_found_best_first(rows, words, order):
    found = index_of(*rows).search(words, 10)
    assert sorted(found) == sorted(order)
    assert found[:1] == order[:1]


@pytest.mark.parametrize(("limit", "count"), [(1, 1), (2, 2), (5, 3)])
def test_no_more_than_the_limit_are_found(limit, count):
    assert len(index_of("a b", "a", "a b c").search({"a": 1}, limit)) == count


def test_a_removed_row_is_found_no_more_and_counts_no_more():
    index = index_of("a", "a b")
    index.remove(0)
    index.remove(0)
    assert index.search({"a": 1}, 5) == [1]
    assert index._alive == 1


@pytest.mark.parametrize(("rows", "found"), [(999, True), (1000, False)])
def test_from_a_thousand_rows_on_common_words_are_passed_over(rows, found):
    index = index_of(*(["a x"] + ["a"] * 250 + ["b"] * (rows - 251)))
    assert (len(index.search({"a": 1, "x": 1}, 2000)) == 251) is found
    assert len(index.search({"a": 1}, 2000)) == 251  # where there are no others
