"""The test command's workers and its summary."""

import io
import json
import os
import subprocess
import sys
import threading

import pytest
from django.core.management.base import OutputWrapper

from openuser.management import junit, suite
from openuser.management.commands.test import Command

TESTS = """
import pytest

@pytest.fixture
def broken():
    raise ValueError

def test_holds(): pass
def test_holds_too(): pass
def test_does_not(): assert False
def test_does_not_begin(broken): pass
@pytest.mark.skip
def test_is_left_out(): pass
"""
CASES = """
import pytest

@pytest.mark.parametrize("number", range(3))
def test_each(number): pass
"""


def run_pytest(folder, *line):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "no:cacheprovider", *line]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_last_line_is_what_pytest_would_say_of_all_runs(tmp_path):
    for app in ("one", "two"):
        (tmp_path / "tests" / app).mkdir(parents=True)
        (tmp_path / "tests" / app / "test_it.py").write_text(TESTS)
        result = run_pytest(tmp_path, f"--junit-xml={app}.xml", f"tests/{app}")
        assert "1 failed, 2 passed, 1 skipped, 1 error in " in result.stdout
    tested = junit.read(tmp_path)
    assert set(tested.folders()) == {"tests.one", "tests.two"}
    *folders, _empty, closing = junit.lines(tested)
    assert closing[0] == closing[-1] == "="
    assert f" 2 failed, 4 passed, 2 skipped, 2 error in {tested.seconds:.2f}s (0:" in closing
    assert any(line.endswith(" s  tests/one") for line in folders)


def test_without_tests_nothing_is_added(tmp_path):
    assert junit.lines(junit.read(tmp_path)) == []


def test_the_seconds_of_long_files_and_tests_are_kept(tmp_path):
    slow, short = (tmp_path / "tests" / name for name in ("test_a.py", "test_b.py"))
    (tmp_path / "durations.json").write_text('{"tests/test_gone.py": 9.0, "tests/test_b.py": 8.0}')
    slow.parent.mkdir()
    slow.touch()
    short.touch()
    runs = [{"tests.test_a": 4.06, "tests.test_b": 0.5}, {"tests.test_a": 3.0}]
    functions = [{"tests/test_a.py::test_x": 0.2, "tests/test_a.py::test_y": 3.36, "tests/test_b.py::test_z": 0.3}]
    junit.record(junit.TestTotals(runs=runs, functions=functions), tmp_path, tmp_path)
    assert json.loads((tmp_path / "durations.json").read_text()) == {"tests/test_a.py": 4.1}
    long = {"tests/test_a.py::test_y": 3.4, "tests/test_b.py::test_z": 0.3}
    assert json.loads((tmp_path / "long_tests.json").read_text()) == long


def test_the_cases_of_a_function_count_together(tmp_path):
    (tmp_path / "test_it.py").write_text(CASES)
    run_pytest(tmp_path, "--junit-xml=one.xml", "test_it.py")
    (functions,) = junit.read(tmp_path).functions
    assert set(functions) == {"test_it.py::test_each"}


def test_a_test_in_a_class_counts_for_its_file():
    assert junit.module_of("tests.wecom.test_menus.TestMenu") == junit.module_of("tests.wecom.test_menus")


@pytest.mark.parametrize("extra", [("tests/wecom/outbox",), ("-k", "menu"), ("tests/core/test_logs.py", "-x")])
def test_chosen_tests_run_in_one_process(extra):
    assert suite.workers(suite.Plan(extra=extra), "sqlite") == []


@pytest.mark.parametrize("extra", [("tests/wecom",), ("tests/core/", "tests/scheduling")])
def test_an_app_has_a_process_for_each_processor(extra):
    option, number = suite.workers(suite.Plan(extra=extra), "sqlite")
    assert (option, int(number)) == ("-n", min(os.cpu_count(), 7))
    assert suite.workers(suite.Plan(extra=extra), "postgres") == []


@pytest.mark.parametrize("extra", [(), ("-x",), ("--durations=9",)])
def test_the_whole_suite_is_shared_out(extra):
    processors = min(os.cpu_count(), 7)
    assert suite.workers(suite.Plan(extra=extra), "sqlite") == ["-n", str(processors + 1)]
    assert suite.workers(suite.Plan(extra=extra, fast=True), "sqlite") == ["-n", str(processors + 1)]
    for database in ("sqlite", "postgres"):
        assert suite.workers(suite.Plan(extra=extra, both=True), database) == ["-n", str(processors + 1)]


def test_only_files_with_tests_of_the_database_are_looked_at_on_postgres():
    files = suite.files_with("databases")
    assert "tests/core/work/test_contract.py" in files
    assert "tests/wecom/test_crypto.py" not in files
    assert 10 < len(files) < len(list((suite.ROOT / "tests").rglob("test_*.py"))) / 2


def test_the_lanes_run_side_by_side_and_each_output_is_whole(capfd):
    met = threading.Barrier(2, timeout=60)

    def meets(output):
        met.wait()
        return suite.python(["-c", "print('said')"], os.environ, output) == 0

    def fails(output):
        return suite.python(["-c", "raise SystemExit('sorry')"], os.environ, output) == 0

    lanes = [iter([suite.Step(title="one", work=meets), suite.Step(title="two", work=fails)])]
    lanes.append(iter([suite.Step(title="three", work=meets)]))
    outcomes = Command(stdout=OutputWrapper(sys.stdout))._run(tuple(lanes), fail_fast=False)
    assert [(outcome.step.title, outcome.passed) for outcome in outcomes] == [
        ("one", True),
        ("two", False),
        ("three", True),
    ]
    shown = capfd.readouterr().out
    assert "== one\nsaid\n" in shown
    assert "== two\nsorry\n" in shown


def test_the_first_failure_may_end_all():
    steps = [suite.Step(title=title, work=lambda output: False) for title in ("one", "two")]
    (outcome,) = Command(stdout=OutputWrapper(io.StringIO()))._run((iter(steps), iter(steps)), fail_fast=True)
    assert (outcome.step.title, outcome.passed) == ("one", False)
