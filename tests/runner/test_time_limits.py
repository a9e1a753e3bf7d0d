"""A hanging test fails alone, and those after it run."""

import os
import subprocess
import sys
import tomllib

import pytest

from tests.runner.time_limits import FACTOR, LIMITS, PLAIN, START, limit_of
from tests.support.paths import ROOT

HANGING = """
import threading

def test_hangs():
    never = threading.Event()
    waiter = threading.Thread(target=never.wait, daemon=True)
    waiter.start()
    waiter.join()

def test_comes_after():
    pass
"""


@pytest.fixture(autouse=True)
def usual_machine(monkeypatch):
    """Whatever this run multiplies its limits by."""
    monkeypatch.delenv(FACTOR, raising=False)


class Item:
    """What is asked of a collected test: its marks and its fixtures."""

    def __init__(self, *marks, fixtures=()):
        self.marks = [getattr(pytest.mark, mark).mark for mark in marks]
        self.fixturenames = list(fixtures)

    def iter_markers(self):
        return iter(self.marks)


@pytest.mark.parametrize(
    ("item", "seconds"),
    [
        (Item(), PLAIN),
        (Item("gpu"), PLAIN),
        (Item("gpu", "slow"), LIMITS["slow"]),
        (Item("slow", "chaos"), LIMITS["chaos"]),
        (Item("slow", fixtures=["person", "stack"]), LIMITS["slow"] + START),
    ],
)
def test_the_most_generous_mark_decides_how_long_a_test_may_take(item, seconds):
    assert limit_of(item, is_first=False) == seconds


def test_the_first_of_a_process_has_time_to_start_servers():
    assert limit_of(Item(), is_first=True) == PLAIN + START


def test_a_slow_machine_multiplies_every_limit(monkeypatch):
    monkeypatch.setenv(FACTOR, "2.5")
    assert limit_of(Item(), is_first=False) == PLAIN * 2.5


@pytest.mark.parametrize("workers", [[], ["-p", "xdist", "-n", "2"]])
def test_a_hanging_test_fails_with_its_traceback_and_the_next_one_runs(tmp_path, workers):
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    (tmp_path / "pytest.ini").write_text(f"[pytest]\ntimeout_method = {ours['timeout_method']}\n")
    (tmp_path / "test_hanging.py").write_text(HANGING)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "pytest_timeout", "--timeout=1", *workers],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert "1 failed, 1 passed" in done.stdout
    assert "waiter.join()" in done.stdout
    assert "Timeout" in done.stdout
    assert "crashed" not in done.stdout
