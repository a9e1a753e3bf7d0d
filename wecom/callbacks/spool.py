"""Callbacks that are acknowledged while the database is away: they lie on the disk of this machine until it is back.

Each process writes a file of its own: a line of JSON for each callback, its body encrypted as in the table. A file
whose process died is replayed by another one. To replay a line twice does nothing, as its row has an identity.
"""

import fcntl
import json
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO

from django.conf import settings

from core.work.process_identity import process_token
from wecom.callbacks import inbox_rows
from wecom.callbacks.inbox_rows import Values

logger = logging.getLogger(__name__)

SUFFIX = ".jsonl"
NANOSECONDS = 1_000_000_000
GROUP = 256  # lines that are inserted together


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many callbacks wait, and since when the oldest file of them is there."""

    count: int
    oldest_seconds: float


class Spool:
    """The spool of this process, in a folder that several may share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._descriptor = -1
        self.may_hold = True  # also what earlier processes left

    def append(self, rows: Sequence[Values]) -> None:
        """Returns once the rows are on the disk. Raises `OSError` if they cannot be; then none is."""
        lines = [json.dumps(row, default=datetime.isoformat) + "\n" for row in rows]
        with self._lock:
            if self._path is None:
                self._open()
            size = os.fstat(self._descriptor).st_size
            try:
                _write(self._descriptor, "".join(lines).encode())
                os.fsync(self._descriptor)
            except OSError:  # the disk is full
                os.ftruncate(self._descriptor, size)
                raise
            self.may_hold = True

    def replay(self, insert: Callable[[list[Values]], object]) -> None:
        """Insert what the spool holds, in its order. Raises what `insert` raises; then nothing is forgotten."""
        self.may_hold = False  # before looking: what is appended meanwhile counts
        try:
            for path in files(self._folder):
                with self._claimed(path) as file:
                    if file is None:
                        continue
                    replayed = 0
                    while rows := list(islice(_rows(file), GROUP)):
                        insert(rows)
                        replayed += len(rows)
                    path.unlink(missing_ok=True)
                logger.info("Callbacks of the spool were recorded.", extra={"callbacks": replayed})
        except BaseException:
            self.may_hold = True
            raise

    def _open(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{time.time_ns():020}-{process_token()}{SUFFIX}"
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._path = path
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        folder = os.open(self._folder, os.O_RDONLY)
        os.fsync(folder)  # else a crash of the machine could forget the file
        os.close(folder)

    @contextmanager
    def _claimed(self, path: Path) -> Iterator[IO[str] | None]:
        """A file to replay; None if a live process still writes it, or another one replays it."""
        with self._lock:
            if path == self._path:
                os.close(self._descriptor)  # the next rows get a new file
                self._path = None
        try:
            file = path.open(encoding="utf-8")
        except FileNotFoundError:
            yield None
            return
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
            else:
                yield file


def files(folder: Path) -> list[Path]:
    """The files of all processes, the oldest first."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def waiting(now: datetime) -> Waiting:
    """What waits in the spool of this machine."""
    folder = Path(settings.WECOM["SPOOL_DIR"])
    found = count(folder)
    oldest = min((int(path.name.partition("-")[0]) / NANOSECONDS for path in files(folder)), default=now.timestamp())
    return Waiting(count=found, oldest_seconds=max(0.0, now.timestamp() - oldest) if found else 0.0)


def count(folder: Path) -> int:
    """How many callbacks wait in the spool of this machine."""
    return sum(path.read_bytes().count(b"\n") for path in files(folder) if path.exists())


def takes_callbacks() -> bool:
    """Whether the spool of this machine could keep a callback now."""
    folder = Path(settings.WECOM["SPOOL_DIR"])
    # Not made here: it belongs to the user of the web process.
    place = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(bytes(settings.WECOM["MAX_BODY"]))
    except OSError:
        return False
    return True


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _rows(file: IO[str]) -> Iterator[Values]:
    for line in file:
        try:
            yield inbox_rows.values_in(json.loads(line))
        except ValueError:  # a process that died while it wrote; it acknowledged nothing of this line
            logger.warning("A line of the spool is broken.", extra={"characters": len(line)})
