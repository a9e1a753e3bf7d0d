"""The child as seen by its parent: a process in a group of its own, with pipes, killed as a whole."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue

from avatars.exceptions import StudioError
from avatars.media import ffmpeg
from avatars.studio.protocol import Answer, Order, order_line, read_answer

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1024 * 1024  # bytes
BULK = "bulk"
"""The argument of a child that gives way to all others."""
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")
ALONE = {"OPENBLAS_NUM_THREADS": "1"}
"""NumPy multiplies for microseconds, some times a frame. A second thread wins nothing and spins in between: it doubled
the processor time of a frame at 720 x 1280."""


class Child:
    """One child process, with `variables` in its environment. Raises `StudioError` if it cannot be started."""

    def __init__(self, variables: Mapping[str, str] | None = None, *, bulk: bool = False) -> None:
        self._variables = variables or {}
        self._bulk = bulk
        self._answers: SimpleQueue[Answer | None] = SimpleQueue()
        started: Future[subprocess.Popen[str]] = Future()
        # Linux ties “dies with its parent” to the thread that started it: this one lives as long as the child.
        threading.Thread(target=self._live, args=(started,), name="studio", daemon=True).start()
        try:
            self._process = started.result()
        except OSError as error:
            raise StudioError("The studio cannot be started.", code="studio_died") from error

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def memory_mb(self) -> float:
        """Resident memory, 0 if unknown."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        except (OSError, IndexError, ValueError):
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of the child and of the processes that it has waited for, 0 if unknown."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except (OSError, ValueError):
            return 0.0
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def send(self, order: Order) -> None:
        """Send an order. Raises `StudioError` if the child is gone."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(order_line(order) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._death() from error

    def answer(self, timeout: float) -> Answer | None:
        """The next answer, None if none comes within `timeout` seconds. Raises `StudioError` if the child is dead."""
        try:
            answer = self._answers.get(timeout=timeout)
        except Empty:
            return None
        if answer is None:
            raise self._death()
        return answer

    def kill(self) -> None:
        """Kill the child and everything that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def _live(self, started: "Future[subprocess.Popen[str]]") -> None:
        try:
            process = _start(self._variables, bulk=self._bulk)
        except OSError as error:
            started.set_exception(error)
            return
        started.set_result(process)
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                with contextlib.suppress(ValueError, TypeError, KeyError):
                    self._answers.put(read_answer(line))
        # Not waited for here: while one thread waits, `alive` would be true in the others.
        self._answers.put(None)

    def _death(self) -> StudioError:
        message = f"The studio ended unexpectedly (exit {self._process.wait()})."
        return StudioError(message, code="studio_died", remedy="It is tried again.")


def environment() -> dict[str, str]:
    """The child's environment: as many threads as a video needs, unless our own says otherwise."""
    return {**dict.fromkeys(THREAD_VARIABLES, str(ffmpeg.threads())), **ALONE, **os.environ}


def _start(variables: Mapping[str, str], *, bulk: bool) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "avatars.studio", *([BULK] if bulk else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**environment(), **variables},
        start_new_session=True,
    )
