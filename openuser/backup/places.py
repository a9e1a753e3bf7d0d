"""Where backups lie: a folder, or a bucket of an S3 service."""

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings

from core.storage.disk import MEGABYTE, disk_of, whole_file
from openuser.backup.age_format import Target
from openuser.backup.exceptions import BackupError

NAME = re.compile(r"openuser-(\d{8}T\d{6}Z)-(sqlite|postgresql)-([\w.+]+)\.tar\.age")
TIME = "%Y%m%dT%H%M%SZ"
BUCKET = "s3://"


@dataclass(frozen=True, kw_only=True, order=True)
class Stored:
    """A backup where it lies. Its name tells the facts that one needs without its pass phrase."""

    created_at: datetime
    name: str
    size: int
    database: str
    version: str


class Place(Protocol):
    """Keeps backups."""

    def files(self) -> Iterator[tuple[str, int]]:
        """The names and sizes of the files there."""

    def new(self, name: str) -> AbstractContextManager[Target]:
        """A file to write to, which is there once the block ends without an error."""

    def open(self, name: str) -> IO[bytes]:
        """A file to read from its beginning to its end. Raises `FileNotFoundError`."""

    def delete(self, name: str) -> None: ...

    def free(self) -> int | None:
        """How many bytes fit; None where there is no limit to ask for."""


def place_of(address: str) -> Place:
    """A folder by its path, or `s3://bucket/folder`. Raises `BackupError` if it names none, or packages are missing."""
    if not address:
        remedy = (
            "Set OPENUSER_BACKUP_TO to a folder, better of another machine, or to s3://bucket/folder; or give --to."
        )
        raise BackupError("It is not known where backups lie.", code="no_place", remedy=remedy)
    if not address.startswith(BUCKET):
        return Folder(Path(address))
    try:
        from openuser.backup.bucket import Bucket
    except ImportError as error:
        remedy = ".venv/bin/python -m pip install -r requirements/production.txt"
        raise BackupError("Buckets need the package boto3.", code="no_boto3", remedy=remedy) from error
    bucket, _, prefix = address.removeprefix(BUCKET).partition("/")
    return Bucket(bucket, prefix.strip("/"), **settings.BACKUP["S3"])


def stored(place: Place) -> list[Stored]:
    """The backups in a place, the newest first."""
    return sorted((backup for name, size in place.files() if (backup := described(name, size))), reverse=True)


def name_of(*, created_at: datetime, database: str, version: str) -> str:
    """The name of a new backup."""
    return f"openuser-{created_at.astimezone(UTC):{TIME}}-{database}-{version}.tar.age"


def described(name: str, size: int) -> Stored | None:
    """The backup that a file's name describes; None if it is no backup."""
    match = NAME.fullmatch(name)
    if match is None:
        return None
    created_at = datetime.strptime(match[1], TIME).replace(tzinfo=UTC)
    return Stored(name=name, size=size, created_at=created_at, database=match[2], version=match[3])


class Folder:
    """A folder of this machine, or one that is mounted there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def files(self) -> Iterator[tuple[str, int]]:
        if self._path.is_dir():
            yield from ((file.name, file.stat().st_size) for file in self._path.iterdir() if file.is_file())

    @contextmanager
    def new(self, name: str) -> Iterator[IO[bytes]]:
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with whole_file(self._path / name) as file:
            os.fchmod(file.fileno(), 0o600)
            yield file

    def open(self, name: str) -> IO[bytes]:
        return (self._path / name).open("rb")

    def delete(self, name: str) -> None:
        (self._path / name).unlink(missing_ok=True)

    def free(self) -> int | None:
        return disk_of(self._path).free * MEGABYTE
