"""Dumps of SQLite: a copy by its online backup, packed by gzip."""

import os
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connections

from core.sqlite.base import close_idle
from openuser.backup.exceptions import BackupError
from openuser.backup.snapshots import MIGRATIONS, Sink, Snapshot

GZIP = 31  # zlib's way to say so
LEVEL = 1
BLOCK = 1024 * 1024
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


class SQLite:
    """A database that is a file."""

    name = "sqlite"

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def size(self) -> int:
        return self._path.stat().st_size if self._path.exists() else 0

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """A copy beside the database for as long as the block lasts: others write on while it is read."""
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=self._path.parent) as folder:
            path = Path(folder) / "copy.sqlite3"
            with closing(sqlite3.connect(self._path, timeout=20)) as source, closing(sqlite3.connect(path)) as copy:
                source.backup(copy)
                migrations = [name for (name,) in copy.execute(MIGRATIONS)]
                rows = _rows(copy)
            yield Snapshot(migrations=migrations, rows=rows, pieces=_packed(path))

    @contextmanager
    def restoring(self) -> Iterator[Sink]:
        connections.close_all()
        close_idle()
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._path.with_name(f".{self._path.name}.restoring")
        try:
            with part.open("wb") as file:
                part.chmod(0o600)
                unpacked = _Unpacked(file)
                yield unpacked
                file.flush()
                os.fsync(file.fileno())
            _check(part)
            for rest in ("-wal", "-shm"):  # of the database that is replaced: SQLite would apply them to this one
                self._path.with_name(f"{self._path.name}{rest}").unlink(missing_ok=True)
            os.replace(part, self._path)
        finally:
            part.unlink(missing_ok=True)

    def other_sessions(self) -> None:
        return None  # a file does not tell


class _Unpacked:
    def __init__(self, target: Sink) -> None:
        self._target, self._state = target, zlib.decompressobj(GZIP)

    def write(self, piece: bytes) -> None:
        while piece:  # a piece may unpack to a thousand times its size
            self._target.write(self._state.decompress(piece, BLOCK))
            piece = self._state.unconsumed_tail


def _packed(path: Path) -> Iterator[bytes]:
    state = zlib.compressobj(LEVEL, wbits=GZIP)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield state.compress(block)
    yield state.flush()


def _rows(database: sqlite3.Connection) -> dict[str, int]:
    tables = [name for (name,) in database.execute(TABLES)]
    return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608


def _check(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as database:
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    if verdict != "ok":
        raise BackupError("The database of the backup is broken.", code="damaged", remedy="Use another backup.")
