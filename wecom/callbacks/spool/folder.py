"""The folder of the spool: waiting callbacks, and those set aside. Any process of this machine may read it."""

import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from core.storage import serving_files
from wecom.callbacks.spool.spool_files import ACCEPTOR, SET_ASIDE, files, has_room, set_aside_files, sync, write

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many callbacks wait, since when the oldest file of them is there, and how many lines were set aside."""

    count: int
    oldest_seconds: float
    set_aside: int


def waiting(now: datetime) -> Waiting:
    """The waiting callbacks in the spool of this machine."""
    folder = Path(settings.WECOM["SPOOL_DIR"])
    found = count(folder)
    oldest = min(map(_began, files(folder)), default=now.timestamp())
    return Waiting(
        count=found,
        oldest_seconds=max(0.0, now.timestamp() - oldest) if found else 0.0,
        set_aside=sum(_count_lines(path) for path in set_aside_files(folder)),
    )


def count(folder: Path) -> int:
    """How many callbacks wait in the spool of this machine."""
    return sum(map(_count_lines, files(folder)))


def acceptor_serves() -> bool | None:
    """Whether an acceptor of this machine takes callbacks; None where none ever has."""
    return serving_files.is_noted(acceptor_file())


def acceptor_file() -> Path:
    """The file by which an acceptor of this machine says that it serves."""
    return Path(settings.WECOM["SPOOL_DIR"]) / ACCEPTOR


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
    return has_room(folder, settings.WECOM["MAX_BODY"], limit=int(settings.WECOM["SPOOL_MAX"]))


def set_aside(path: Path, lines: Sequence[bytes]) -> None:
    """Write lines of a file beside it. Returns once they are on the disk."""
    beside = path.with_name(path.name + SET_ASIDE)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # an earlier try wrote the same lines
    try:
        write(descriptor, b"".join(line if line.endswith(b"\n") else line + b"\n" for line in lines))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync(beside.parent)


def delete_set_aside(now: datetime) -> int:
    """Remove files of lines that were set aside, once callbacks of their age are not kept either. Returns how many."""
    days = settings.WECOM["KEEP_CALLBACKS_DAYS"]
    oldest = now.timestamp() - days * 24 * 3600 if days > 0 else 0.0
    old = [path for path in set_aside_files(Path(settings.WECOM["SPOOL_DIR"])) if _began(path) < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _began(path: Path) -> float:
    """When the first callback of a file came."""
    moment = path.name.partition("-")[0]
    if moment.isdecimal():
        return int(moment) / NANOSECONDS
    with suppress(OSError):  # another one has replayed it
        return path.stat().st_mtime
    return time.time()


def _count_lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for _ in file)
    except FileNotFoundError:  # another one has replayed it
        return 0
    except OSError:  # of another user: there is something in it
        return 1
