"""The distribution of files over workers."""

import pytest

from tests.runner.xdist_scheduler import longest_first, unit_of


class Item:
    """What is asked of a collected test: where it stands, and its marks."""

    def __init__(self, nodeid, *marks):
        self.nodeid = nodeid
        self.marks = [getattr(pytest.mark, mark).mark for mark in marks]

    def iter_markers(self):
        return iter(self.marks)


def test_a_file_or_a_folder_with_a_stack_is_a_unit():
    assert unit_of("tests/core/work/test_contract.py::test_a[x::y]") == "tests/core/work/test_contract.py"
    assert unit_of("tests/journeys/test_api.py::test_a") == unit_of("tests/journeys/test_rate_limit.py::test_b")


def test_the_longest_comes_first_and_no_unit_is_torn():
    items = [
        Item("tests/a/test_short.py::test_a", "once"),
        Item("tests/journeys/test_a.py::test_a", "slow"),
        *(Item(f"tests/a/test_many.py::test_{number}") for number in range(30)),
        Item("tests/journeys/test_b.py::test_b", "slow", "once"),
        Item("tests/a/test_short.py::test_b"),
    ]
    longest_first(items)
    units = [unit_of(item.nodeid) for item in items]
    assert units == ["tests/journeys"] * 2 + ["tests/a/test_many.py"] * 30 + ["tests/a/test_short.py"] * 2
    assert [item.nodeid[-1] for item in items[:2]] == ["a", "b"]
