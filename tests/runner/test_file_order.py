"""The order of files follows the seed."""

from types import SimpleNamespace
from typing import Any

from tests.runner.file_order import file_of, shuffle_units
from tests.runner.xdist_scheduler import unit_of

FILES = [*(f"tests/wecom/test_{name}.py" for name in "abcdefgh"), "tests/chaos/test_a.py", "tests/chaos/test_b.py"]


def ordered(seed: str) -> list[str]:
    items: Any = [SimpleNamespace(nodeid=f"{file}::test_{number}") for file in FILES for number in range(3)]
    shuffle_units(items, seed, unit_of)
    return [item.nodeid for item in items]


def test_the_same_seed_gives_the_same_order_and_another_seed_another():
    assert ordered("1") == ordered("1")
    assert len({tuple(ordered(str(seed))) for seed in range(1, 6)}) > 1


def runs(words: list[str]) -> list[str]:
    """The words without those that follow their equal."""
    return [word for word, before in zip(words, ["", *words], strict=False) if word != before]


def test_a_unit_stays_together_and_a_file_in_order():
    names = ordered("7")
    for of in (unit_of, file_of):
        groups = runs([of(name) for name in names])
        assert len(groups) == len(set(groups))
    for file in FILES:
        mine = [name for name in names if file_of(name) == file]
        assert mine == sorted(mine)


def test_files_that_share_a_stack_are_shuffled_too():
    orders = {tuple(runs([file_of(name) for name in ordered(str(seed)) if "chaos" in name])) for seed in range(1, 9)}
    assert len(orders) == 2


def test_seed_zero_keeps_the_order_of_the_collection():
    assert ordered("0") == [f"{file}::test_{number}" for file in FILES for number in range(3)]
