"""What the test command says of a run that failed."""

import io
import os
import subprocess
import sys
from functools import partial

import pytest
from django.core.management.base import OutputWrapper

from openuser.management import failures, suite
from openuser.management.commands import test as command
from tests.runner import first_failures
from tests.support.paths import ROOT

PRODUCT = """
def is_due(hour):
    if hour < 0:
        raise ValueError(f"hour {hour} is none")
    return hour < 9
"""
TESTS = """
import pytest
from product import is_due

@pytest.fixture(scope="session")
def table():
    raise OSError("no table")

@pytest.mark.parametrize("number", range(20))
def test_reads(table, number): pass

@pytest.mark.parametrize("hour", [-1, -2])
def test_none(hour): assert not is_due(hour)

class TestDue:
    def test_at_nine(self): assert is_due(9)

def test_at_eight(): assert is_due(8)
"""


@pytest.fixture
def reports(tmp_path):
    """The folder of a report of a run whose three causes took 23 tests."""
    tests = tmp_path / "tests" / "work"
    tests.mkdir(parents=True)
    (tmp_path / "product.py").write_text(PRODUCT)
    (tests / "test_hours.py").write_text(TESTS)
    line = [sys.executable, "-m", "pytest", "--tb=short", "-p", "no:django", "-p", "no:cacheprovider"]
    line += ["-o", "pythonpath=.", f"--junit-xml={tmp_path / 'sqlite.xml'}", "tests"]
    subprocess.run(line, cwd=tmp_path, capture_output=True, check=False)
    return tmp_path


def test_equal_causes_are_one_with_the_most_frequent_first(reports):
    causes = failures.read(reports)
    assert [len(cause) for cause in causes] == [20, 2, 1]
    assert [cause[0].words[0] for cause in causes] == [
        "OSError: no table",
        "ValueError: hour -1 is none",
        "assert False",
    ]
    assert causes[1][0].frames[-1] == "product.py:4"
    assert causes[2][0].test == "tests/work/test_hours.py::TestDue::test_at_nine"


def test_a_cause_takes_few_lines_and_can_be_repeated(reports):
    shown = list(failures.lines(failures.read(reports)))
    assert len(shown) < 30
    assert "FAILED tests/work/test_hours.py::test_reads[0] on SQLite" in shown
    assert "       and 17 more with this cause" in shown
    assert "    python3 manage.py test 'tests/work/test_hours.py::test_none[-1]'" in shown
    assert "    at tests/work/test_hours.py:13 → product.py:4" in shown


def test_a_step_that_failed_repeats_its_last_words(reports, monkeypatch):
    monkeypatch.setattr(command, "TRACEBACKS", reports / "var" / "failures.txt")
    shown = io.StringIO()
    said = "import sys; print(*range(99), sep='\\n'); sys.exit(1)"
    step = suite.Step(title="lint", work=partial(suite.succeeds, ["-c", said], os.environ), command="lint .")
    told = command.Command(stdout=OutputWrapper(shown), no_color=True)
    outcomes = told._run_lane([step], shown_at_the_end=True)
    shown.truncate(0)
    told._explain(outcomes, failures.read(reports))
    words = shown.getvalue()
    assert "\n84\n" in words
    assert "\n83\n" not in words
    assert words.index("lint .") < words.index("OSError: no table") < words.index("All tracebacks:")
    assert (reports / "var" / "failures.txt").read_text().count("==== tests/work/test_hours.py") == 23


def test_the_first_failures_of_a_run_are_told_at_once(tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import pytest\n@pytest.mark.parametrize('n', range(9))\ndef test_it(n): assert n < 2"
    )
    line = [sys.executable, "-m", "pytest", "--brief", "-rN", "-p", "tests.runner.first_failures", "-p", "no:django"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    shown = subprocess.run([*line, str(tmp_path)], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert shown.stdout.count("FAILED test_it.py::test_it[") == first_failures.SHOWN
    assert f"{tmp_path}/test_it.py:3: assert 2 < 2" in shown.stdout
    assert ">" not in shown.stdout
