"""A database at one moment, and where a dump goes to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY id"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The content of a database at one moment.

    Attributes:
        migrations: the applied ones, as `app.name`.
        rows: how many each table has.
        pieces: its dump.
    """

    migrations: list[str]
    rows: dict[str, int]
    pieces: Iterator[bytes]


class Sink(Protocol):
    """Takes a dump."""

    def write(self, piece: bytes, /) -> object: ...
