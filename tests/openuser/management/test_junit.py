"""The test command's workers and its summary."""

import subprocess
import sys

import pytest

from openuser.management import junit
from openuser.management.commands import test as suite

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
    assert set(tested.folders) == {"tests.one", "tests.two"}
    *folders, _empty, closing = junit.lines(tested)
    assert closing[0] == closing[-1] == "="
    assert f" 2 failed, 4 passed, 2 skipped, 2 error in {tested.seconds:.2f}s (0:00:0" in closing
    assert any(line.endswith(" s  tests/one") for line in folders)


def test_without_tests_nothing_is_added(tmp_path):
    assert junit.lines(junit.read(tmp_path)) == []


@pytest.mark.parametrize("extra", [["tests/wecom"], ["-k", "menu"], ["tests/core", "-x"]])
def test_chosen_tests_run_in_one_process(extra):
    assert suite.workers(extra) == []


@pytest.mark.parametrize("extra", [[], ["-x"], ["--durations=9"]])
def test_the_whole_suite_is_shared_out(extra):
    option, number = suite.workers(extra)
    assert option == "-n"
    assert int(number) >= 2
