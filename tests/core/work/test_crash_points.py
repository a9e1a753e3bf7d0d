"""Crash points: a process dies where the environment, or a file written later, names one."""

import subprocess
import sys

import pytest

SCRIPT = """
import pathlib
from django.conf import settings
settings.configure(CRASH_AT={at!r})
from core.work import crash_points as crash
crash.point("here")
pathlib.Path({order!r}).write_text("there")
crash.point("here")
crash.point("there")
"""


@pytest.mark.parametrize(("at", "status"), [("here", 137), ("there", 137), ("elsewhere", 0), ("", 0)])
def test_a_process_dies_at_the_point_that_is_named(tmp_path, at, status):
    script = SCRIPT.format(at=at, order=str(tmp_path / "order"))
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == status
    assert (tmp_path / "order").exists() == (at != "here")


def test_a_running_process_dies_at_the_point_of_a_file(tmp_path):
    order = str(tmp_path / "order")
    script = SCRIPT.format(at=order, order=order)
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 137
    unwritten = SCRIPT.format(at=str(tmp_path / "none"), order=order)
    assert subprocess.run([sys.executable, "-c", unwritten], check=False).returncode == 0
