"""Writes callbacks to a file of its own in the spool: a line of JSON each. No framework."""

import errno
import fcntl
import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from core.work.process_identity import process_token
from wecom.callbacks.spool.spool_files import SUFFIX, has_room, sync, write


class SpoolWriter:
    """The file of this process, in a folder that several may share.

    Attributes:
        limit: bytes that the folder may hold.
    """

    def __init__(self, folder: Path, *, limit: int) -> None:
        self.limit = limit
        self._folder = folder
        self._lock = threading.Lock()
        self._descriptor = -1

    def append(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Returns once the rows are on the disk. Raises `OSError` if they cannot be; then none is."""
        data = "".join(json.dumps(row, default=datetime.isoformat) + "\n" for row in rows).encode()
        if not has_room(self._folder, len(data), limit=self.limit):
            raise OSError(errno.EDQUOT, "The spool is full (OPENUSER_SPOOL_MAX_MB).")
        with self._lock:
            descriptor = self._own_file()
            self._write(descriptor, data)
            fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _own_file(self) -> int:
        """The file of this process, locked. Once another process replays it, the next rows get a new one."""
        while True:
            if self._descriptor < 0:
                self._descriptor = self._new_file()
            if lock(self._descriptor) and os.fstat(self._descriptor).st_nlink:
                return self._descriptor
            self._close()

    def _write(self, descriptor: int, data: bytes) -> None:
        size = os.fstat(descriptor).st_size
        try:
            write(descriptor, data)
            os.fsync(descriptor)
        except OSError:  # the disk is full
            try:
                os.ftruncate(descriptor, size)
                fcntl.flock(descriptor, fcntl.LOCK_UN)
            except OSError:  # the next rows must not stand behind half of one
                self._close()
            raise

    def _close(self) -> None:
        os.close(self._descriptor)
        self._descriptor = -1

    def _new_file(self) -> int:
        if not self._folder.exists():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync(self._folder.parent)
        path = self._folder / f"{time.time_ns():020}-{process_token()}{SUFFIX}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            sync(self._folder)  # else a crash of the machine could forget the file
        except OSError:
            os.close(descriptor)
            raise
        return descriptor


def lock(descriptor: int) -> bool:
    """Whether it could be locked at once."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
