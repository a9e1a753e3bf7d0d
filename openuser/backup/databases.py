"""The interface of a database for backups; `sqlite` and `postgresql` are the two."""

from contextlib import AbstractContextManager
from typing import Protocol

from django.db import connection

from openuser.backup.postgresql_dump import PostgreSQL
from openuser.backup.snapshots import Sink, Snapshot
from openuser.backup.sqlite_dump import SQLite


class Database(Protocol):
    """The database of the installation."""

    name: str

    def size(self) -> int:
        """About how many bytes it takes on the disk."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """It as it is now, while others go on to write."""

    def restoring(self) -> AbstractContextManager[Sink]:
        """Take a dump in the place of all that is there; once the block ends without an error."""

    def other_sessions(self) -> int | None:
        """How many other connections there are; None where that is not known."""


def own() -> Database:
    """The database that the settings name."""
    if connection.vendor == "postgresql":
        return PostgreSQL()
    return SQLite(connection.settings_dict["NAME"])


def is_empty() -> bool:
    """Whether nothing was ever migrated there."""
    with connection.cursor() as cursor:
        return not connection.introspection.table_names(cursor)
