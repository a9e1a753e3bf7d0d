"""A third-party program: limited in time, without our secrets, and killed with all its children."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from avatars.exceptions import EngineFailed
from avatars.media import child_process

TICK = 0.2  # seconds between two looks at the time limit; a cancelled render ends as much later
LONGEST_LINE = 64 * 1024
"""Bytes of output that are kept to report: the end of a long error says more than its beginning."""
# The part of our environment that programs need, without the keys of the platform, of databases and of servers.
INHERITED = (
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
    "XDG_CACHE_HOME",
)
INHERITED_KINDS = ("CUDA_", "NVIDIA_", "OMP_", "MKL_", "OPENBLAS_", "HF_", "TORCH_")


def run(
    command: Sequence[str],
    folder: Path,
    *,
    order: bytes,
    heard: Callable[[bytes], None],
    time_limit: float,
    environment: Mapping[str, str],
    complaints: Path | None = None,
) -> int:
    """Run a program in `folder` with `order` on its stdin, and return its exit code; `heard` gets each line it says.

    Its stderr is discarded, or appended to the file `complaints`. Raises `EngineFailed`:
    `engine_unavailable` where it cannot be started, `engine_timeout` where it takes too long.
    """
    with contextlib.ExitStack() as stack:
        errors = stack.enter_context(complaints.open("ab")) if complaints else subprocess.DEVNULL
        try:
            process = child_process.start(
                command,
                cwd=folder,
                env={**_inherited(), "TMPDIR": str(folder), **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        except OSError as error:
            raise EngineFailed(
                "The program cannot be started.",
                code="engine_unavailable",
                remedy="Correct the command in the settings.",
                field="render_engine",
            ) from error
        try:
            return _followed(process, order, heard, time.monotonic() + time_limit)
        finally:
            _end(process)


def _followed(process: "subprocess.Popen[bytes]", order: bytes, heard: Callable[[bytes], None], until: float) -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(order)
        process.stdin.close()
    for line in _lines(process, process.stdout.fileno(), until):
        heard(line)
    try:
        return process.wait(timeout=max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise _late() from error


def _lines(process: "subprocess.Popen[bytes]", pipe: int, until: float) -> Iterator[bytes]:
    """Its output until it ends; where a child keeps the pipe open, the end of the program itself counts."""
    said = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            over = process.poll() is not None
            if not selector.select(0 if over else TICK):
                if over:
                    return
                if time.monotonic() > until:
                    raise _late()
                continue
            data = os.read(pipe, LONGEST_LINE)
            if not data:
                return
            *lines, said = (said + data).split(b"\n")
            said = said[-LONGEST_LINE:]
            yield from lines
            if time.monotonic() > until:
                raise _late()


def _late() -> EngineFailed:
    return EngineFailed(
        "The program took too long.",
        code="engine_timeout",
        remedy="Give it more time in the settings, or a faster machine.",
        field="render_engine",
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill it and its children. It stays in our own group, so that it also ends if the studio is killed."""
    for pid in reversed([process.pid, *_descendants(process.pid)]):
        # It is ours until it is waited for; a child of it may just have ended.
        if pid != process.pid or process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def _descendants(pid: int) -> list[int]:
    """The children of a process, theirs after them; none where the system does not tell."""
    parents: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            parent = int(status.read_text(errors="replace").rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(status.parent.name))
    children = list(parents.get(pid, ()))
    for child in children:
        children += parents.get(child, ())
    return children


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name in INHERITED or name.startswith(INHERITED_KINDS)}
