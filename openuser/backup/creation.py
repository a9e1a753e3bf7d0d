"""Makes a backup: first the callbacks in the spool, then the database, then the files that its rows name, then the
keys.

In this order nothing is missing. A callback of the spool that is recorded meanwhile is in both, and is taken once. A
file that is written meanwhile is one too many; one that is deleted meanwhile was of a row that is over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage

from core.storage.disk import MEGABYTE, disk_of
from openuser.backup import age_format, archive, databases, keys, places
from openuser.backup.exceptions import BackupError
from openuser.backup.manifest import Manifest
from openuser.backup.places import Place, Stored
from openuser.version import VERSION

Progress = Callable[[int, int], None]  # bytes that are done, and about how many there are


@dataclass(frozen=True, kw_only=True)
class Made:
    """A new backup, and those that were deleted for it."""

    name: str
    size: int
    manifest: Manifest
    deleted: list[Stored]


def create(
    place: Place,
    *,
    passphrase: str,
    now: datetime,
    keep: int = 0,
    with_files: bool = True,
    progress: Progress = lambda done, total: None,
) -> Made:
    """Back up the installation while it runs.

    Args:
        keep: how many backups stay in the place; the oldest others are deleted. 0 keeps all.
        with_files: whether media files are in it; without them, where the bucket that holds them is backed up itself.

    Raises:
        BackupError: there is no room, a program of the database is missing or fails, the bucket refuses.
        OSError: a file cannot be read or written.
    """
    database = databases.own()
    name = places.name_of(created_at=now, database=database.name, version=VERSION)
    total = _room_for(place, database, with_files=with_files)
    with place.new(name) as target:
        counted = _Counted(target, total, progress)
        writer = archive.Writer(counted, passphrase)
        for path in sorted(Path(settings.WECOM["SPOOL_DIR"]).glob("*.jsonl*")):
            _add_file(writer, f"spool/{path.name}", path)
        with database.snapshot() as snapshot:
            writer.add_stream("database", snapshot.pieces)
            about = Manifest(
                version=VERSION,
                created_at=now.isoformat(),
                database=database.name,
                migrations=snapshot.migrations,
                rows=snapshot.rows,
            )
        if with_files:
            _add_media(writer)
        writer.add_bytes("keys.json", keys.current())
        whole = writer.close(about)
    return Made(name=name, size=counted.size, manifest=whole, deleted=delete_old(place, keep))


def delete_old(place: Place, keep: int) -> list[Stored]:
    """Delete the oldest backups until so many are left; 0 deletes none."""
    old = places.stored(place)[keep:] if keep else []
    for backup in old:
        place.delete(backup.name)
    return old


def _room_for(place: Place, database: databases.Database, *, with_files: bool) -> int:
    """About how many bytes a backup takes. Raises `BackupError` if there is no room for them."""
    needed = database.size()
    if database.name == "sqlite":  # its copy lies beside it until it is packed
        _refuse_full(disk_of(settings.VAR_DIR).free * MEGABYTE, needed, str(settings.VAR_DIR))
    if with_files:
        needed += sum(size for _name, size in default_storage.all_files())  # type: ignore[attr-defined]
    free = place.free()
    if free is not None:
        _refuse_full(free, needed, settings.BACKUP["TO"])
    return needed


def _refuse_full(free: int, needed: int, where: str) -> None:
    if free < needed:
        fault = f"A backup takes up to {needed // MEGABYTE} MB, and {free // MEGABYTE} MB are free in {where}."
        raise BackupError(fault, code="no_room", remedy="Free some space, or back up to another place.")


def _add_file(writer: archive.Writer, name: str, path: Path) -> None:
    try:
        with path.open("rb") as file:
            writer.add(name, file, path.stat().st_size)
    except FileNotFoundError:
        pass  # it was replayed, and is in the database


def _add_media(writer: archive.Writer) -> None:
    storage: Any = default_storage
    for name, size in storage.all_files():
        try:
            file = storage.open_original(name)
        except FileNotFoundError:
            continue  # its time was over
        with file:
            writer.add(f"media/{name}", file, size)


class _Counted:
    """Passes bytes on to a file, and their number to a progress callback."""

    def __init__(self, target: age_format.Target, total: int, progress: Progress) -> None:
        self._target, self._total, self._progress, self.size = target, total, progress, 0

    def write(self, data: bytes) -> int:
        self._target.write(data)
        self.size += len(data)
        self._progress(self.size, self._total)
        return len(data)
