"""Workers that are forked from one parent: they come back, wait after an early death, and end together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openuser.launcher.worker_process import Job, jobs_of
from tests.support.emulator import wait_for
from tests.support.paths import ROOT

# Each child leaves its PID under its name. One that is called "young" dies at once; the others end in order by SIGTERM.
SCRIPT = """
import os, signal, sys
from pathlib import Path
from openuser.launcher import worker_process
worker_process.LIVED = float(sys.argv[2])
job = worker_process.Parent([worker_process.Job(["-n", name]) for name in sys.argv[3:]]).run()
if isinstance(job, int):
    sys.exit(job if job >= 0 else 100)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
with Path(sys.argv[1], job.name).open("a") as file:
    file.write(f"{os.getpid()}\\n")
if job.name == "young":
    os._exit(7)
while True:
    signal.pause()
"""


@pytest.fixture
def parent(tmp_path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started = []

    def start(*names: str, lived: float = 0.0) -> subprocess.Popen[str]:
        line = [sys.executable, "-c", SCRIPT, str(tmp_path), str(lived), *names]
        process = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def pids(folder: Path, name: str, *, count: int = 1) -> list[int]:
    """The processes that a job had, once there were so many."""

    def read() -> list[int]:
        file = folder / name
        found = [int(line) for line in file.read_text().split()] if file.exists() else []
        return found if len(found) >= count else []

    return list(wait_for(read, f"process {count} of {name}"))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_that_is_killed_comes_back_and_the_others_stay(parent, tmp_path):
    parent("worker", "render")
    (worker,), (render,) = pids(tmp_path, "worker"), pids(tmp_path, "render")
    os.kill(worker, signal.SIGKILL)
    again = pids(tmp_path, "worker", count=2)[1]
    assert is_alive(again)
    assert is_alive(render)
    assert pids(tmp_path, "render") == [render]


def test_a_signal_ends_all_and_then_the_parent(parent, tmp_path):
    process = parent("worker", "render")
    children = [*pids(tmp_path, "worker"), *pids(tmp_path, "render")]
    process.terminate()
    assert process.wait(30) == 0
    assert not any(map(is_alive, children))


def test_one_that_dies_young_holds_nobody_up(parent, tmp_path):
    process = parent("young", "worker", lived=60.0)
    began = time.monotonic()
    assert len(pids(tmp_path, "young", count=2)) == 2
    assert time.monotonic() - began > 0.9  # it was held back for a second
    assert len(pids(tmp_path, "worker")) == 1
    process.terminate()
    assert process.wait(30) in {0, 100}  # the young one may have been waiting
    assert process.stdout is not None
    assert "young ended with status 7; it goes on soon." in process.stdout.read()


def test_a_worker_alone_that_dies_young_is_left_to_others(parent, tmp_path):
    process = parent("young", lived=60.0)
    assert process.wait(30) == 7
    assert len(pids(tmp_path, "young")) == 1


def test_a_worker_alone_that_lived_comes_back(parent, tmp_path):
    parent("worker")
    os.kill(pids(tmp_path, "worker")[0], signal.SIGKILL)
    assert len(pids(tmp_path, "worker", count=2)) == 2


def test_who_dies_young_again_and_again_waits_longer_until_it_lives():
    job, pauses = Job(["-n", "render@%h"]), []
    for _time in range(7):
        job.began = time.monotonic()
        job.died()
        pauses.append(job.pause)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    job.began = time.monotonic() - 36
    job.died()
    assert job.pause == 0


def test_a_command_line_names_one_worker_several_and_beat():
    assert [job.command for job in jobs_of(["-Q", "default"])] == [
        ["celery", "-q", "-A", "openuser", "worker", "-Q", "default"]
    ]
    several = jobs_of(["--", "-Q", "render", "-n", "render@%h", "--", "beat", "--pidfile="])
    assert [job.name for job in several] == ["render", "beat"]
    assert several[1].command == ["celery", "-q", "-A", "openuser", "beat", "--pidfile="]
    assert [job.arguments for job in jobs_of([])] == [[]]
