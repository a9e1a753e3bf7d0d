"""The distribution of files over workers."""

from tests.runner.xdist_scheduler import WORTH_A_STACK, longest_first, units

LONG = {"tests/chaos/test_a.py": 600.0, "tests/chaos/test_b.py": 360.0, "tests/chaos/test_c.py": 180.0}


class Item:
    """What is asked of a collected test."""

    def __init__(self, nodeid):
        self.nodeid = nodeid


def test_a_file_and_a_folder_with_a_stack_are_units():
    nodeids = [
        "tests/core/test_work.py::test_a[x::y]",
        "tests/journeys/test_api.py::test_a",
        "tests/journeys/test_b.py::b",
        "tests/journeys/below/test_c.py::c",
    ]
    assert list(units(nodeids, {"tests/core/test_work.py": 9.0}).values()) == [
        ["tests/core/test_work.py"],
        ["tests/journeys/test_api.py", "tests/journeys/test_b.py", "tests/journeys/below/test_c.py"],
    ]


def test_a_folder_that_takes_long_has_two_stacks():
    assert sum(LONG.values()) > 2 * WORTH_A_STACK
    parts = units((f"{file}::test_it" for file in LONG), LONG)
    assert sorted(map(sorted, parts.values())) == [
        ["tests/chaos/test_a.py"],
        ["tests/chaos/test_b.py", "tests/chaos/test_c.py"],
    ]
    assert units(LONG, dict.fromkeys(LONG, 10.0)) == {"tests/chaos#1": list(LONG)}


def test_a_file_with_a_stack_of_its_own_is_alone():
    files = ["tests/journeys/test_api.py", "tests/journeys/test_postgres.py"]
    assert sorted(units(files, {}).values()) == [[file] for file in files]


def test_the_longest_comes_first_and_no_unit_is_torn():
    items = [
        Item("tests/a/test_short.py::test_a"),
        Item("tests/journeys/test_a.py::test_a"),
        *(Item(f"tests/a/test_many.py::test_{number}") for number in range(30)),
        Item("tests/journeys/test_b.py::test_b"),
        Item("tests/a/test_short.py::test_b"),
    ]
    longest_first(items, {"tests/a/test_many.py": 5.0, "tests/journeys/test_b.py": 60.0})
    assert [item.nodeid.split("::")[0] for item in items] == [
        *("tests/journeys/test_a.py", "tests/journeys/test_b.py"),
        *(["tests/a/test_many.py"] * 30),
        *(["tests/a/test_short.py"] * 2),
    ]
    assert [item.nodeid[-1] for item in items[-2:]] == ["a", "b"]


def test_units_of_equal_length_keep_the_shuffled_order():
    shuffled = ["tests/a/test_c.py", "tests/b/test_a.py", "tests/a/test_b.py", "tests/a/test_a.py"]
    items = [Item(f"{file}::test_it") for file in shuffled]
    longest_first(items, {"tests/a/test_b.py": 9.0})
    assert [item.nodeid.split("::")[0] for item in items] == [shuffled[2], *shuffled[:2], shuffled[3]]


def test_files_of_a_half_keep_the_shuffled_order():
    shuffled = ["tests/chaos/test_c.py", "tests/chaos/test_b.py", "tests/chaos/test_a.py"]
    halves = units((f"{file}::test_it" for file in shuffled), {**LONG, "tests/chaos/test_c.py": 140.0})
    assert ["tests/chaos/test_c.py", "tests/chaos/test_b.py"] in halves.values()
