"""Processes forked from a preloaded parent begin, end and die like others."""

import os
import signal
import subprocess
import sys

import pytest

from tests.support.emulator import wait_for
from tests.support.preloaded import POINT, Preloaded, can_be_forked

SHELL = [sys.executable, "manage.py", "shell", "--no-imports", "-c"]
SLEEPS = "import subprocess, time; print('PID', subprocess.Popen(['sleep', '600']).pid, flush=True); time.sleep(600)"


@pytest.fixture(scope="module")
def parent(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preloaded")
    named = {"DJANGO_SETTINGS_MODULE": "openuser.settings.test", "OPENUSER_BOOTSTRAP": "off"}
    parent = Preloaded({**os.environ, **named, "OPENUSER_VAR_DIR": str(folder)}, folder / "log")
    yield parent
    parent.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_child_prints_and_ends_as_a_program_does(parent, tmp_path):
    output, errors = tmp_path / "output", tmp_path / "errors"
    child = parent.start([*SHELL, "print('said'); raise SystemExit(3)"], parent.env, output, errors)
    assert child.wait(60) == 3
    assert output.read_text() == "said\n"
    failing = parent.start([*SHELL, "1 / 0"], parent.env, output, errors)
    assert failing.wait(60) == 1
    assert "ZeroDivisionError" in errors.read_text()


def test_a_child_has_its_own_crash_point(parent, tmp_path):
    code = "from core.work import crash_points; crash_points.point('here'); print('alive')"
    for point, status in (("here", 137), ("there", 0), ("", 0)):
        child = parent.start([*SHELL, code], {**parent.env, POINT: point}, tmp_path / "output")
        assert child.wait(60) == status


def test_a_child_that_is_killed_takes_its_session_along(parent, tmp_path):
    output = tmp_path / "output"
    child = parent.start([*SHELL, SLEEPS], parent.env, output)
    wait_for(lambda: output.exists() and "\n" in output.read_text(), "the child to say its own child")
    grandchild = int(output.read_text().split()[1])
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.1)
    child.kill()
    assert child.wait(10) == -signal.SIGKILL
    wait_for(lambda: not alive(grandchild), "what it left to end")


def test_children_end_with_the_parent(tmp_path):
    parent = Preloaded({**os.environ, "OPENUSER_VAR_DIR": str(tmp_path)}, tmp_path / "log")
    child = parent.start([*SHELL, "import time; time.sleep(600)"], parent.env, tmp_path / "output")
    assert child.poll() is None
    parent.close()
    wait_for(lambda: not alive(child.pid), "the child to end")


def test_other_settings_need_a_parent_of_their_own(parent):
    assert parent.suits({**parent.env, POINT: "anywhere"})
    assert not parent.suits({**parent.env, "WECHAT_TOKEN": "another"})
    assert can_be_forked(SHELL)
    assert not can_be_forked(["gunicorn"])
