"""Child processes in sessions of their own, none of which outlives this process, however it ends."""

import atexit
import contextlib
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from openuser.servers import reaper


class ServiceError(Exception):
    """A service that cannot be started: what is wrong and what to do, in words."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """A user whom a process runs as, when that is not the user who starts it."""

    uid: int
    gid: int

    @classmethod
    def unprivileged(cls) -> "Account":
        """The account that owns nothing, which every Unix has."""
        try:
            entry = pwd.getpwnam("nobody")
        except KeyError as error:
            raise ServiceError("this machine has no user `nobody`.\n  Start as an ordinary user.") from error
        return cls(uid=entry.pw_uid, gid=entry.pw_gid)


class Processes:
    """Starts children and ends them. A reaper ends them too if this process is killed."""

    def __init__(self, *, keep_open: Sequence[int] = ()) -> None:
        """Args: keep_open: descriptors that the reaper holds until the last child is gone, such as a lock's."""
        self._reaper: subprocess.Popen[str] | None = None
        self._keep_open = tuple(keep_open)
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        atexit.register(self.end_all)

    def start(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        account: Account | None = None,
        output: int | IO[bytes] | None = subprocess.PIPE,
    ) -> subprocess.Popen[bytes]:
        """Start a child that leads its own session; Ctrl-C does not reach it.

        Raises:
            ServiceError: the program is missing or may not be run.
        """
        self._watch_over()
        try:
            process = subprocess.Popen(
                command,
                env=None if env is None else dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=None if account is None else account.uid,
                group=None if account is None else account.gid,
                extra_groups=None if account is None else [],
            )
        except OSError as error:
            raise ServiceError(f"{command[0]} cannot be started: {error.strerror}.") from error
        self._running[process.pid] = process
        self._tell(f"+{process.pid}")
        return process

    def ended(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether a child is gone; what it may have left in its session is ended then."""
        if process.poll() is None:
            return False
        if self._running.pop(process.pid, None) is not None:
            kill_group(process.pid, signal.SIGKILL)
            self._tell(f"-{process.pid}")
        return True

    def end(self, processes: Sequence[subprocess.Popen[bytes]], *, number: int = signal.SIGTERM, grace: float) -> None:
        """Ask these children to end, all at once; kill their sessions after `grace` seconds."""
        waiting = [process for process in processes if not self.ended(process)]
        for process in waiting:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
        deadline = time.monotonic() + grace
        while waiting and time.monotonic() < deadline:
            time.sleep(0.02)
            waiting = [process for process in waiting if not self.ended(process)]
        for process in waiting:
            kill_group(process.pid, signal.SIGKILL)
            process.wait()
            self.ended(process)

    def end_all(self, *, grace: float = 2.0) -> None:
        """End every child that is left, and the reaper."""
        self.end(list(self._running.values()), grace=grace)
        if self._reaper is not None and self._reaper.stdin is not None:
            with contextlib.suppress(OSError):
                self._reaper.stdin.close()
            self._reaper.wait()
            self._reaper = None
        atexit.unregister(self.end_all)

    def _watch_over(self) -> None:
        """Make sure that there is a reaper, and that it knows everyone."""
        if self._reaper is not None and self._reaper.poll() is None:
            return
        self._reaper = subprocess.Popen(
            [sys.executable, "-I", "-S", reaper.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=self._keep_open,
            cwd="/",
            text=True,
        )
        for group in self._running:
            self._tell(f"+{group}")

    def _tell(self, line: str) -> None:
        if self._reaper is not None and self._reaper.stdin is not None:
            with contextlib.suppress(OSError):  # a dead reaper is replaced with the next start
                self._reaper.stdin.write(line + "\n")
                self._reaper.stdin.flush()


def kill_group(group: int, number: int) -> None:
    """Signal everybody in a process group; it may be gone already."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
