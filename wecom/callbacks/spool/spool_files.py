"""The files of the spool's folder, as far as a process without Django needs them. No framework."""

import os
from contextlib import suppress
from pathlib import Path

SUFFIX = ".jsonl"
ACCEPTOR = "acceptor.serving"  # the file on which an acceptor holds a lock while it serves
SET_ASIDE = ".broken"  # follows the name of the file that a line came from


def has_room(folder: Path, more: int, *, limit: int) -> bool:
    """Whether the spool stays within its limit with so many bytes more."""
    return more + sum(map(_size, [*files(folder), *set_aside_files(folder)])) <= limit


def files(folder: Path) -> list[Path]:
    """The files of all processes, the oldest first."""
    return sorted(path for path in _entries(folder) if path.name.endswith(SUFFIX))


def sync(folder: Path) -> None:
    """Returns once the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(descriptor: int, data: bytes) -> None:
    """Write all of it, in as many calls as that takes."""
    while data:
        data = data[os.write(descriptor, data) :]


def _entries(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [folder / entry.name for entry in entries]
    except OSError:  # it is not there yet, or of another user
        return []


def set_aside_files(folder: Path) -> list[Path]:
    return [path for path in _entries(folder) if path.name.endswith(SET_ASIDE)]


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0
