"""The contents of a backup: its last entry, by which the others are checked."""

import json
from dataclasses import asdict, dataclass, field

from openuser.backup.exceptions import BackupError

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file of the archive."""

    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The source and the content of a backup.

    Attributes:
        database: `sqlite` or `postgresql`; only the same one takes it back.
        migrations: the applied ones, as `app.name`.
        rows: how many each table had.
        entries: by their names in the archive; a dump has one for each of its pieces.
    """

    version: str
    created_at: str
    database: str
    migrations: list[str]
    rows: dict[str, int]
    entries: dict[str, Entry] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def size(self) -> int:
        """The size of all that is in it."""
        return sum(entry.size for entry in self.entries.values())

    def count(self, prefix: str) -> int:
        """How many entries begin like this."""
        return sum(name.startswith(prefix) for name in self.entries)

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode()


def read(data: bytes) -> Manifest:
    """The manifest of an archive. Raises `BackupError` for one of a version that writes another format."""
    told = json.loads(data)
    if told["format"] != FORMAT:
        remedy = f"Restore it with the version of OpenUser that made it, {told['version']}, or a newer one."
        raise BackupError("The backup has another format.", code="format", remedy=remedy)
    entries = {name: Entry(**entry) for name, entry in told.pop("entries").items()}
    return Manifest(**told, entries=entries)
