"""The order of files follows the seed."""

from types import SimpleNamespace
from typing import Any

from tests.runner.file_order import shuffle_units
from tests.runner.xdist_scheduler import unit_of

FILES = [*(f"tests/wecom/test_{name}.py" for name in "abcdefgh"), "tests/chaos/test_a.py", "tests/chaos/test_b.py"]


def ordered(seed: str) -> list[str]:
    items: Any = [SimpleNamespace(nodeid=f"{file}::test_{number}") for file in FILES for number in range(3)]
    shuffle_units(items, seed, unit_of)
    return [item.nodeid for item in items]


def test_the_same_seed_gives_the_same_order_and_another_seed_another():
    assert ordered("1") == ordered("1")
    assert len({tuple(ordered(str(seed))) for seed in range(1, 6)}) > 1


def test_tests_of_a_unit_stay_together_and_in_their_order():
    names = ordered("7")
    units = [unit_of(name) for name in names]
    assert len([unit for unit, before in zip(units, ["", *units], strict=False) if unit != before]) == len(set(units))
    for unit in set(units):
        mine = [name for name in names if unit_of(name) == unit]
        assert mine == sorted(mine)


def test_seed_zero_keeps_the_order_of_the_collection():
    assert ordered("0") == [f"{file}::test_{number}" for file in FILES for number in range(3)]
