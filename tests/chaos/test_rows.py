"""`python -m tests.chaos` has every row, and tells what passed from what failed, hung, or could not be played."""

import re
from dataclasses import replace
from importlib.util import find_spec

import pytest

from tests.chaos.__main__ import Outcome, Result, play
from tests.chaos.table import MINUTES, ROWS, Row
from tests.support.paths import ROOT

KINDS = {"K": 26, "D": 5, "F": 4}
BY_ID = {row.id: row for row in ROWS}


def python(code: str) -> Row:
    return Row(id="X1", fault="none", holds="nothing", limit=30, lines=(("-c", code),))


def played(row: Row, *, short: bool = False, seconds: float = 600.0) -> Result:
    return play(row, seed=7, short=short, seconds=seconds)


def test_every_row_is_there_once():
    assert [row.id for row in ROWS] == [f"{kind}{n}" for kind, most in KINDS.items() for n in range(1, most + 1)]


def test_all_rows_together_have_the_minutes_of_the_whole():
    assert sum(row.limit for row in ROWS) <= 60 * MINUTES


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_what_a_row_names_exists(row):
    for line in (*row.lines, *row.short):
        assert line[0] == "-m"
        assert find_spec(line[1]), line
        for name in (word for word in line[2:] if word.startswith("tests/")):
            path, _, test = name.partition("::")
            assert (ROOT / path).exists(), name
            assert not test or re.search(rf"^def {test}\b", (ROOT / path).read_text(), re.MULTILINE), name


def test_the_readme_says_what_each_row_breaks():
    readme = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
    assert [row.id for row in ROWS if f"| {row.id} | {row.fault} | {row.holds} |" not in readme] == []


def test_figures_and_outcome_are_those_of_the_last_command():
    code = "import sys; print('seed {seed}'); print('figures: 3 lost'); sys.exit(STATUS)"
    for status, outcome in ((0, Outcome.PASS), (1, Outcome.FAIL), (3, Outcome.SKIP)):
        result = played(python(code.replace("STATUS", str(status))))
        assert (result.outcome, result.figures) == (outcome, "3 lost")


def test_the_table_adds_up_what_members_met():
    figures = "4 asked, lost 0, doubled 1, answered p90 2 s ≤ 3 s; 9 callbacks, lost 1,002, doubled 0, longest 12.5 s"
    result = Result(outcome=Outcome.FAIL, figures=figures, output="", seconds=61.4)
    assert result.columns.split() == ["FAIL", "61", "12.5", "1002", "1"]
    assert replace(result, figures="3 passed").columns.split()[2:] == ["-", "-", "-"]


def test_a_row_that_hangs_fails_when_its_time_is_over():
    result = played(python("import time; time.sleep(60)"), seconds=1)
    assert result.outcome is Outcome.FAIL
    assert "not over" in result.figures


@pytest.mark.slow
@pytest.mark.chaos
def test_slow_bodies_are_cut_off_and_others_do_not_wait():
    result = played(BY_ID["F4"], short=True)
    assert result.outcome is Outcome.PASS, result.output


@pytest.mark.slow
@pytest.mark.chaos
@pytest.mark.thorough
@pytest.mark.parametrize("name", [row.id for row in ROWS if row.short and row.id != "F4"])
def test_a_short_scenario_harms_nobody(name):
    result = played(BY_ID[name], short=True)
    assert result.outcome is not Outcome.FAIL, result.output
