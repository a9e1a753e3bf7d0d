"""Mutants are drawn at random and once for all, and stand where a test can find them."""

import ast
from pathlib import Path

import pytest

from tests.mutation.mutants.mutant import mutants

SUMS = '''\
from dataclasses import dataclass
from typing import NamedTuple

LIMIT = 5


@dataclass(frozen=True, kw_only=True)
class Sum:
    total: int | None = None


def is_high(number: int | float, *, most: int = LIMIT) -> bool:
    """Whether it is."""
    return number > most and not number == 7
'''


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write(tmp_path / "shop" / "sums.py", SUMS)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_each_mutant_changes_one_line_of_its_file(tree: Path):
    drawn = [mutant for mutant in mutants(tree, "shop", 1) if mutant.compiles(tree)]
    assert len(drawn) >= 5
    for mutant in drawn:
        pairs = zip(SUMS.splitlines(), mutant.code(tree).splitlines(), strict=True)
        assert [number for number, (old, new) in enumerate(pairs, start=1) if old != new] == [mutant.line]


def test_types_and_dataclass_options_have_no_mutants(tree: Path):
    lines = {mutant.line for mutant in mutants(tree, "shop", 1) if mutant.compiles(tree)}
    assert lines == {4, 14}


def test_fields_of_models_have_none_but_their_constraints_do(tree: Path):
    model = (
        "class Sum(Model):\n    number = Field(max=5)\n\n    class Meta:\n        checks = [Q(number__lte=10 + 1)]\n"
    )
    write(tree / "shop" / "models" / "sums.py", model)
    write(tree / "shop" / "migrations" / "0001_initial.py", "number = 5\n")
    drawn = mutants(tree, "shop", 1)
    assert {mutant.line for mutant in drawn if "models" in mutant.file} == {5}
    assert [mutant for mutant in drawn if "migrations" in mutant.file] == []


def test_a_seed_gives_one_order_and_another_seed_another(tree: Path):
    assert mutants(tree, "shop", 1) == mutants(tree, "shop", 1)
    places = [(mutant.line, mutant.operator) for mutant in mutants(tree, "shop", 1)]
    assert any(places != [(m.line, m.operator) for m in mutants(tree, "shop", seed)] for seed in (2, 3, 4))


def test_lines_above_a_place_do_not_change_its_mutant(tree: Path):
    before = {mutant.key: mutant for mutant in mutants(tree, "shop", 1)}
    write(tree / "shop" / "sums.py", SUMS.replace("LIMIT = 5", "# A word.\nOTHER = 9\nLIMIT = 5"))
    after = {mutant.key: mutant for mutant in mutants(tree, "shop", 1)}
    assert before.keys() < after.keys()
    assert {after[key].operator for key in before} == {each.operator for each in before.values()}
    assert {after[key].line - before[key].line for key in before} == {2}


def test_a_mutant_that_python_cannot_read_is_none(tree: Path):
    broken = [mutant for mutant in mutants(tree, "shop", 1) if not mutant.compiles(tree)]
    assert {mutant.line for mutant in broken} == {12}  # the star of a signature is no product
    with pytest.raises(SyntaxError):
        ast.parse(broken[0].code(tree))
