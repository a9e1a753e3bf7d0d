"""The environment of the studio's child."""

import subprocess
import sys
from pathlib import Path

import pytest

from avatars.media import ffmpeg
from avatars.studio.process import THREAD_VARIABLES, environment


def test_a_number_of_threads_that_you_set_is_kept(monkeypatch):
    for name in THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert {name: environment()[name] for name in THREAD_VARIABLES} == {
        **dict.fromkeys(THREAD_VARIABLES, str(ffmpeg.threads())),
        "OMP_NUM_THREADS": "3",
    }


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux lists the threads of a process")
def test_numpy_multiplies_with_one_thread(monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    program = "import numpy, os; a = numpy.ones((900, 900)); a @ a; print(len(os.listdir('/proc/self/task')))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    assert int(done.stdout) == 1
