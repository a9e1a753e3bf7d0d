"""Restores a backup into an empty installation, or in the place of one, once all of it was read and found whole."""

import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils._os import safe_join

from core.migration_operations.released import without_replaced
from core.models import WorkerProcess
from core.storage.disk import MEGABYTE, disk_of, whole_file
from core.work.clock import database_time_in
from openuser.backup import archive, databases, keys
from openuser.backup.archive import Readable
from openuser.backup.creation import Progress
from openuser.backup.exceptions import BackupError
from openuser.backup.manifest import Manifest
from openuser.backup.places import Place
from wecom import services as wecom

ALIVE = timedelta(seconds=15)  # since a worker's heartbeat
SERVERS = {
    "sqlite": "Unset DATABASE_URL and OPENUSER_DB, so that the database is a file again, and restore it there.",
    "postgresql": "Set DATABASE_URL to an empty database of a PostgreSQL server, and restore it there.",
}


@dataclass(frozen=True, kw_only=True)
class Restored:
    """The outcome of a restoration. `other_keys` names keys that the environment sets otherwise than the backup."""

    manifest: Manifest
    other_keys: list[str]


def check(place: Place, name: str, *, passphrase: str) -> Manifest:
    """Read a whole backup. Raises `BackupError` if it is not whole, `FileNotFoundError` if there is none."""
    with place.open(name) as file:
        return archive.check(file, passphrase)


def restore(
    place: Place,
    name: str,
    *,
    passphrase: str,
    force: bool = False,
    progress: Progress = lambda done, total: None,
) -> Restored:
    """Restore database, files and keys. All processes must have ended.

    Args:
        force: whether existing data may be replaced.

    Raises:
        BackupError: the backup is not whole, does not fit here, or something is in its place; then nothing was changed.
        FileNotFoundError: there is no such backup.
    """
    about = check(place, name, passphrase=passphrase)
    refuse_what_does_not_fit(about)
    _refuse_what_is_there(force=force)
    other_keys: list[str] = []
    done = 0
    with place.open(name) as file, archive.entries(file, passphrase) as entries:
        for folder, some in groupby(entries, key=lambda entry: entry[0].partition("/")[0]):
            if folder == "database":
                done += _restore_database(some, done, about, progress)
                continue
            for path, size, content in some:
                if folder == "media":
                    default_storage.put_original(path.removeprefix("media/"), content)  # type: ignore[attr-defined]
                elif folder == "spool":
                    _put_in_spool(path.removeprefix("spool/"), content)
                elif path == "keys.json":
                    other_keys = keys.take_back(content.read(size))
                done += size
                progress(done, about.size)
    _compare_rows(about)
    wecom.note_restore()
    return Restored(manifest=about, other_keys=other_keys)


def _restore_database(some: Iterable[tuple[str, int, Readable]], done: int, about: Manifest, progress: Progress) -> int:
    size = 0
    with databases.own().restoring() as sink:
        for _path, length, content in some:
            while block := content.read(archive.BLOCK):
                sink.write(block)
            size += length
            progress(done + size, about.size)
    return size


def _put_in_spool(name: str, content: Any) -> None:
    path = Path(safe_join(settings.WECOM["SPOOL_DIR"], name))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError), whole_file(path) as file:
        shutil.copyfileobj(content, file)


def refuse_what_does_not_fit(about: Manifest) -> None:
    own = databases.own().name
    if about.database != own:
        fault = f"The backup is of a {about.database} database, and this installation has {own}."
        raise BackupError(fault, code="other_database", remedy=SERVERS[about.database])
    known = {".".join(key) for key in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    if newer := sorted(without_replaced(about.migrations) - known):
        fault = f"The backup is of a newer version of OpenUser, {about.version} ({newer[0]} is unknown here)."
        raise BackupError(fault, code="newer", remedy="Install that version first.")
    free = disk_of(settings.VAR_DIR).free * MEGABYTE
    if free < about.size:
        fault = f"The backup has {about.size // MEGABYTE} MB, and {free // MEGABYTE} MB are free."
        raise BackupError(fault, code="no_room", remedy="Free some space, or move OPENUSER_VAR_DIR to a larger disk.")


def _refuse_what_is_there(*, force: bool) -> None:
    if not databases.is_empty():
        if not force:
            remedy = "Restore into a new installation that was not started yet, or replace all of it: --force."
            raise BackupError("There is a database already.", code="not_empty", remedy=remedy)
        running = _running()
        if running:
            fault = f"OpenUser is running: {running}."
            raise BackupError(fault, code="running", remedy="End all its processes, then repeat this.")
    if not force and next(default_storage.all_files(), None):  # type: ignore[attr-defined]
        remedy = "Name an empty folder in MEDIA_ROOT, or let files of the same names be replaced: --force."
        raise BackupError("There are files already.", code="not_empty", remedy=remedy)


def _running() -> str:
    """Who else uses the database; empty if no other process is known to. A heartbeat outlives its process."""
    others = databases.own().other_sessions()
    if others is not None:
        return f"{others} connections to its database" if others else ""
    if WorkerProcess._meta.db_table not in connection.introspection.table_names():
        return ""
    workers = WorkerProcess.objects.filter(heartbeat_at__gt=database_time_in(-ALIVE))
    return ", ".join(f"process {worker.pid} of {worker.host}" for worker in workers)


def _compare_rows(about: Manifest) -> None:
    with connection.cursor() as cursor:
        for table, number in about.rows.items():
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            (count,) = cursor.fetchone()
            if count != number:
                fault = f"{table} has {count} rows, and had {number} when the backup was made."
                raise BackupError(fault, code="damaged", remedy="Restore another backup.")
