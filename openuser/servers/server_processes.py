"""Child processes in their own sessions. None outlives this process, even if it is killed, unless it is meant to."""

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
    """A server or program cannot be started; the message has the reason and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """The user that a process runs as, if not the current one."""

    uid: int
    gid: int

    @classmethod
    def unprivileged(cls) -> "Account":
        """The user `nobody`."""
        try:
            entry = pwd.getpwnam("nobody")
        except KeyError as error:
            raise ServiceError("this machine has no user `nobody`.\n  Start as an ordinary user.") from error
        return cls(uid=entry.pw_uid, gid=entry.pw_gid)


class Processes:
    """Starts and stops child processes. A reaper stops them if this process is killed."""

    def __init__(self, *, keep_open: Sequence[int] = ()) -> None:
        """Args: keep_open: file descriptors that the reaper holds until the last child ended, such as a lock's."""
        self._reaper: subprocess.Popen[str] | None = None
        self._keep_open = tuple(keep_open)
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._outliving: set[int] = set()
        atexit.register(self.end_all)

    def start(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        account: Account | None = None,
        output: int | IO[bytes] | None = subprocess.PIPE,
        descriptors: Sequence[int] = (),
        outlives: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a child in its own session, so that Ctrl-C does not reach it. It inherits these open descriptors.

        One that `outlives` stays when this process is killed; it ends with the others when they end in order.

        Raises:
            ServiceError: the program is missing or may not be run.
        """
        self._ensure_reaper()
        try:
            process = subprocess.Popen(
                command,
                env=None if env is None else dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=descriptors,
                user=None if account is None else account.uid,
                group=None if account is None else account.gid,
                extra_groups=None if account is None else [],
            )
        except OSError as error:
            raise ServiceError(f"{command[0]} cannot be started: {error.strerror}.") from error
        self._running[process.pid] = process
        if outlives:
            self._outliving.add(process.pid)
        else:
            self._notify_reaper(f"+{process.pid}")
        return process

    def ended(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether a child has ended; if so, the rest of its session is killed."""
        if process.poll() is None:
            return False
        self._outliving.discard(process.pid)
        if self._running.pop(process.pid, None) is not None:
            kill_group(process.pid, signal.SIGKILL)
            self._notify_reaper(f"-{process.pid}")
        return True

    def end(self, processes: Sequence[subprocess.Popen[bytes]], *, number: int = signal.SIGTERM, grace: float) -> None:
        """Signal these children to end, all at once; kill their sessions after `grace` seconds."""
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
        """Stop all children and the reaper."""
        self.end(list(self._running.values()), grace=grace)
        if self._reaper is not None and self._reaper.stdin is not None:
            with contextlib.suppress(OSError):
                self._reaper.stdin.close()
            self._reaper.wait()
            self._reaper = None
        atexit.unregister(self.end_all)

    def _ensure_reaper(self) -> None:
        """Start a reaper if there is none, and tell it about all children."""
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
        for group in self._running.keys() - self._outliving:
            self._notify_reaper(f"+{group}")

    def _notify_reaper(self, line: str) -> None:
        if self._reaper is not None and self._reaper.stdin is not None:
            with contextlib.suppress(OSError):  # a dead reaper is replaced with the next start
                self._reaper.stdin.write(line + "\n")
                self._reaper.stdin.flush()


def kill_group(group: int, number: int) -> None:
    """Signal a process group, which may have ended already."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
