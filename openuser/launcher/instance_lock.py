"""A lock that allows one running installation per data folder, held as long as any of its processes."""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

from openuser.servers.server_processes import ServiceError


class InstanceLock:
    """Holds `up.lock` in a folder. The reaper keeps `descriptor` open, so the lock survives a killed supervisor."""

    def __init__(self, folder: Path) -> None:
        """Args: folder: the data folder; created if it is missing.

        Raises:
            ServiceError: another process holds the lock; the message names it.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / "up.lock"
        self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._take()
        except BaseException:
            os.close(self.descriptor)
            raise

    def note(self, text: str) -> None:
        """Write the lock's owner, for error messages of other processes."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, text.encode(), 0)

    def release(self) -> None:
        """Release the lock."""
        self.note("")
        os.close(self.descriptor)

    def __enter__(self) -> "InstanceLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _take(self) -> None:
        deadline = time.monotonic() + 10
        while True:
            try:
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pid, _, rest = os.pread(self.descriptor, 500, 0).decode(errors="replace").partition(" ")
                if is_alive(pid) or time.monotonic() > deadline:
                    raise ServiceError(
                        f"OpenUser already runs from {self.path.parent} (process {pid}{rest and ', ' + rest}).\n"
                        f"  End it first (Ctrl-C there, or kill {pid}), or use another folder: OPENUSER_VAR_DIR=…"
                    ) from None
                time.sleep(0.1)  # the owner was killed, and its reaper is still running
            else:
                self.note(f"{os.getpid()} ")
                return


def is_alive(pid: str) -> bool:
    """Whether a process with this ID exists."""
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
