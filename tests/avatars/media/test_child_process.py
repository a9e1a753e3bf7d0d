"""Programs that die with who started them, and what is said of those that cannot be started."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from avatars.media import child_process
from tests.avatars.support.child_processes import alive, wait_until
from tests.support.paths import ROOT

PARENT = """
import sys
from avatars.media import child_process
print(child_process.start(["/bin/sleep", "60"]).pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("path", [os.environ["PATH"], os.devnull], ids=["setpriv", "no setpriv"])
def test_a_child_dies_with_a_parent_that_was_killed(path):
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        wait_until(lambda: Path(f"/proc/{child}/comm").read_text(encoding="ascii") == "sleep\n")
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    wait_until(lambda: not alive(child))


def test_the_child_is_the_program_itself():
    with child_process.start(["/bin/sleep", "60"]) as child:
        wait_until(lambda: Path(f"/proc/{child.pid}/comm").read_text(encoding="ascii") == "sleep\n")
        child.kill()


@pytest.mark.parametrize("kind", ["absent", "a folder", "not executable", "no program", "of another machine"])
def test_what_cannot_be_started_raises_as_popen_does(tmp_path, kind):
    program = tmp_path / "program"
    if kind == "a folder":
        program.mkdir()
    elif kind != "absent":
        program.write_bytes(foreign() if kind == "of another machine" else b"no program")
        program.chmod(0o644 if kind == "not executable" else 0o755)
    raised = []
    for start in (subprocess.Popen, child_process.start):
        with pytest.raises(OSError) as caught:  # noqa: PT011 - its number is compared
            start([str(program)])
        raised.append((type(caught.value), caught.value.errno))
    assert raised[0] == raised[1]


def foreign() -> bytes:
    """The head of a program for a machine that nobody has."""
    header = bytearray(Path(sys.executable).read_bytes()[:64])
    header[18:20] = b"\xff\xff"
    return bytes(header)


def test_a_script_is_started_by_its_first_line(tmp_path):
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\nexit 3\n", encoding="ascii")
    script.chmod(0o755)
    assert child_process.start([str(script)]).wait() == 3
