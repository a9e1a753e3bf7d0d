"""Files that are whole or not there, and disks without room for them."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A folder's disk and the MB that are free on it."""

    folder: Path
    free: int

    @property
    def is_full(self) -> bool:
        return bool(self.free < settings.DISK_MIN_MB)


def is_full(error: BaseException) -> bool:
    """Whether an error says that a disk is full."""
    return isinstance(error, OSError) and error.errno in FULL


def disk_of(folder: Path) -> Disk:
    """The disk of a folder that may not exist yet."""
    return Disk(folder=folder, free=shutil.disk_usage(_existing(folder)).free // MEGABYTE)


def disks() -> list[Disk]:
    """The disks that OpenUser writes to, each once."""
    folders = (settings.VAR_DIR, settings.MEDIA_ROOT, settings.AVATARS["WORK_DIR"], settings.LOG_DIR)
    disks_by_device: dict[int, Disk] = {}
    for folder in map(Path, folders):
        disks_by_device.setdefault(_existing(folder).stat().st_dev, disk_of(folder))
    return list(disks_by_device.values())


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file to write to, which appears under its name once all of it is on the disk.

    Raises `FileExistsError` if there is a file of that name.
    """
    part = _part_of(path)
    try:
        with part.open("xb") as file:
            yield file
        _publish(part, path)
    finally:
        part.unlink(missing_ok=True)


class WholeFileStorage(FileSystemStorage):
    """Django's storage, except that a file that could not be written, or only half of it, is not there."""

    def all_files(self) -> Iterator[tuple[str, int]]:
        """The names of all files with their sizes, without those that are being written."""
        for folder, folders, names in os.walk(self.location):
            folders.sort()
            for name in sorted(names):
                path = Path(folder, name)
                if not name.startswith("."):
                    with suppress(FileNotFoundError):
                        yield path.relative_to(self.location).as_posix(), path.stat().st_size

    def open_original(self, name: str) -> IO[bytes]:
        """A file as it is stored, to be read from its beginning to its end."""
        return Path(self.path(name)).open("rb")

    def put_original(self, name: str, source: Any) -> None:
        """Store the content of a source under exactly this name, in place of any file of that name."""
        path = Path(super().path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with whole_file(path) as file:
            shutil.copyfileobj(source, file)

    def _save(self, name: str, content: Any) -> str:
        part = _part_of(Path(super().path(name)))
        try:
            super()._save(os.path.relpath(part, self.location), content)  # type: ignore[misc]
            while True:
                try:
                    _publish(part, Path(super().path(name)))
                except FileExistsError:
                    name = self.get_available_name(name)
                else:
                    return name.replace("\\", "/")
        finally:
            part.unlink(missing_ok=True)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def _part_of(path: Path) -> Path:
    return path.with_name(f".{secrets.token_hex(16)}.part")


def _publish(part: Path, path: Path) -> None:
    """Give a written file its name. Its bytes reach the disk first, or a power cut would leave an empty file."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        part.rename(path)
