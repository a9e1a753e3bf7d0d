"""Writes callbacks to the disk of this machine while the database is away, and records them once it is back.

Each process writes a file of its own: a line of JSON for each callback, its body encrypted as in the table. Any process
replays the files of all, in the order in which the callbacks came. To replay a line twice does nothing, as its row has
an identity. A line that cannot be recorded is set aside, in a file beside, since it was acknowledged.
"""

import json
import logging
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import IO

from django.conf import settings

from wecom.callbacks import inbox_rows
from wecom.callbacks.inbox_rows import Values
from wecom.callbacks.spool.folder import set_aside
from wecom.callbacks.spool.spool_files import SET_ASIDE, files
from wecom.callbacks.spool.writer import SpoolWriter, lock

logger = logging.getLogger(__name__)

GROUP = 256  # lines that are inserted together
FILES = 200  # that are replayed together: each is open meanwhile
TURN = 10.0  # seconds until a process that replays, and may be stopped, is waited for no more
LOOK = 0.05

# Inserts rows: what became of each, an exception for one that the database refuses for good.
Insert = Callable[[list[Values]], Sequence[object]]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A callback as it stands in a file."""

    path: Path
    written: bytes
    row: Values


class Spool(SpoolWriter):
    """The spool of this process, in a folder that several may share."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, limit=int(settings.WECOM["SPOOL_MAX"]))
        self._unusable: set[Path] = set()  # until the next process: a person must do something about them

    def is_waiting(self) -> bool:
        """Whether there is anything to replay, also of other processes, and of earlier ones."""
        return any(path not in self._unusable for path in files(self._folder))

    def replay(self, insert: Insert) -> None:
        """Insert the callbacks of the spool, in the order of arrival. Raises the errors of `insert`; then no file is
        removed.

        A line that is none, or whose row is refused, is set aside before its file is removed. A file that cannot be
        read, or not removed, is left to a person.
        """
        with self._turn():
            paths = [path for path in files(self._folder) if path not in self._unusable]
            for start in range(0, len(paths), FILES):
                self._replay_files(paths[start : start + FILES], insert)

    def _replay_files(self, paths: Sequence[Path], insert: Insert) -> None:
        aside: dict[Path, list[bytes]] = defaultdict(list)
        with ExitStack() as stack:
            claimed = {path: file for path in paths if (file := self._claimed(path, stack)) is not None}
            lines = merge(*(self._lines(path, file, aside[path]) for path, file in claimed.items()), key=_arrival)
            replayed = 0
            while group := list(islice(lines, GROUP)):
                for line, outcome in zip(group, insert([line.row for line in group]), strict=True):
                    if isinstance(outcome, Exception):  # such as that of an application that was deleted meanwhile
                        aside[line.path].append(line.written)
                replayed += len(group)
            for path in claimed.keys() - self._unusable:
                self._remove(path, aside[path])
        if replayed:
            logger.info("Callbacks of the spool were recorded.", extra={"callbacks": replayed})

    def _remove(self, path: Path, aside: Sequence[bytes]) -> None:
        try:
            if aside:
                set_aside(path, aside)
                words = "Callbacks of the spool could not be recorded and were set aside."
                logger.error(words, extra={"callbacks": len(aside), "file": path.name + SET_ASIDE})
            path.unlink(missing_ok=True)
        except OSError as error:
            self._leave(path, error)

    def _leave(self, path: Path, error: OSError) -> None:
        self._unusable.add(path)
        logger.error("A file of the spool is left as it is.", extra={"file": path.name, "why": error.strerror})

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One process replays at a time: newer callbacks of another one must not overtake those that it is about to
        insert.

        A process that takes too long is passed, and keeps its own files.
        """
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            until = time.monotonic() + TURN
            while not lock(descriptor) and time.monotonic() < until:
                time.sleep(LOOK)
            yield
        finally:
            os.close(descriptor)

    def _claimed(self, path: Path, stack: ExitStack) -> IO[bytes] | None:
        """A file to replay; None if a row is being written to it, or another process has it."""
        try:
            file = stack.enter_context(path.open("rb"))
        except FileNotFoundError:
            return None
        except OSError as error:
            self._leave(path, error)
            return None
        return file if lock(file.fileno()) and os.fstat(file.fileno()).st_nlink else None

    def _lines(self, path: Path, file: IO[bytes], broken: list[bytes]) -> Iterator[Line]:
        try:
            for written in file:
                try:
                    row = inbox_rows.values_in(json.loads(written))
                except (ValueError, RecursionError):
                    broken.append(written)
                else:
                    yield Line(path=path, written=written, row=row)
        except OSError as error:
            self._leave(path, error)


def _arrival(line: Line) -> float:
    arrived: datetime = line.row["created_at"]
    return arrived.timestamp()
