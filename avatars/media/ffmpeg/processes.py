"""ffmpeg as a process of its own: started, waited for, killed with its parent, and its complaints understood."""

import contextlib
import errno
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any, TypeVar

import ffmpeg as graph
import imageio_ffmpeg

from avatars.exceptions import Interrupted, OutputError, ProgramMissing
from avatars.media import child_process

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
DISK_FULL = tuple(os.strerror(code) for code in FULL)
NOT_A_PROGRAM = frozenset({errno.ENOENT, errno.EACCES, errno.ENOEXEC, errno.ENOTDIR})
WHITELIST = "file,pipe"
T = TypeVar("T")


def run(stream: Any) -> bytes:
    """Run a graph of ffmpeg-python to its end and return the output of its pipe. Raises `OutputError`."""
    with running(compiled(stream), stdin=subprocess.DEVNULL) as (process, errors):
        assert process.stdout is not None
        output = process.stdout.read()
        if process.wait() != 0:
            raise failed(process, errors)
    return output


def source(path: Path, **options: Any) -> Any:
    """An input of a graph that can open files and nothing else."""
    return graph.input(str(path), protocol_whitelist=WHITELIST, **options)


def threads() -> int:
    """Enough for one video: more only takes memory and time from other processes."""
    return max(1, min(4, os.cpu_count() or 1))


def compiled(stream: Any) -> list[str]:
    quiet = stream.global_args("-hide_banner", "-loglevel", "error").overwrite_output()
    command: list[str] = quiet.compile(cmd=program())
    return command


def program() -> str:
    """The path of ffmpeg. Raises `ProgramMissing`."""
    try:
        path: str = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise missing() from error
    return path


def missing() -> ProgramMissing:
    """The remedy without ffmpeg."""
    remedy = "Run “python3 manage.py up”, which installs it, or name another one in IMAGEIO_FFMPEG_EXE."
    return ProgramMissing("ffmpeg cannot be run.", code="ffmpeg_missing", remedy=remedy)


class Watch:
    """Kills the ffmpeg that a function in another thread waits for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_over = False

    def call(self, function: Callable[..., T], *args: Any) -> T:
        """Call a function in this thread, which another thread may end."""
        _watch.set(self)
        return function(*args)

    def end(self) -> None:
        """Kill running processes, and any that is started from now on; the function raises `Interrupted`."""
        with self._lock:
            self._is_over = True
            if self._process is not None:
                self._process.kill()

    def note(self, process: subprocess.Popen[bytes]) -> None:
        """A process was started."""
        with self._lock:
            self._process = process
            if self._is_over:
                process.kill()


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextlib.contextmanager
def running(
    command: list[str], *, stdin: int, pass_fds: Sequence[int] = ()
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """A running ffmpeg and the file of its complaints; killed when the context ends before it does."""
    with tempfile.TemporaryFile() as errors:
        process = _started(command, stdin=stdin, errors=errors, pass_fds=pass_fds)
        if (watch := _watch.get()) is not None:
            watch.note(process)
        try:
            yield process, errors
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()


def _started(command: list[str], *, stdin: int, errors: IO[bytes], pass_fds: Sequence[int]) -> subprocess.Popen[bytes]:
    try:
        return child_process.start(command, stdin=stdin, stdout=subprocess.PIPE, stderr=errors, pass_fds=pass_fds)
    except OSError as error:
        if error.errno in NOT_A_PROGRAM:
            raise missing() from error
        raise


def disk_full() -> OutputError:
    """The refusal of a file for which the disk has no room."""
    remedy = "Free some space where OpenUser works, then make it again."
    return OutputError("The disk is full.", code="disk_full", remedy=remedy)


def failed(process: subprocess.Popen[bytes], errors: IO[bytes]) -> OutputError:
    """The error, in ffmpeg's own words where it wrote any."""
    code = process.wait()
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines()
    if any(message in line for line in lines for message in DISK_FULL):
        return disk_full()
    if code < 0:
        return Interrupted("ffmpeg was killed.", code="encode_killed", remedy="It is tried again.")
    return OutputError(f"ffmpeg failed: {lines[-1] if lines else 'it said nothing'}.", code="encode_failed")
