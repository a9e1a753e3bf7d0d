"""The archive of a backup: a tar, encrypted as it is written, so that neither end needs room for all of it.

Entries: `database/00000` and so on, the pieces of one dump; `media/…` and `spool/…`, files; `keys.json`; and last
`manifest.json`. Tools for age files and tars open a backup.
"""

import hashlib
import io
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Protocol, cast

from openuser.backup import age_format, manifest
from openuser.backup.exceptions import BackupError
from openuser.backup.manifest import Entry, Manifest

MANIFEST = "manifest.json"
BLOCK = 64 * 1024
PIECE = 8 * 1024 * 1024  # of a dump, whose length is known only at its end


class Readable(Protocol):
    """A file of an archive."""

    def read(self, size: int, /) -> bytes: ...


class Writer:
    """An archive to which entries are added."""

    def __init__(self, target: age_format.Target, passphrase: str) -> None:
        self._encrypted = age_format.Writer(target, passphrase)
        encrypted = cast("IO[bytes]", self._encrypted)  # a tar that is only written asks for no more
        self._tar = tarfile.open(mode="w|", fileobj=encrypted, bufsize=BLOCK, format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._entries: dict[str, Entry] = {}

    def add(self, name: str, source: Readable, size: int) -> None:
        """Add a file of a known size. Raises `OSError` if it has become shorter."""
        hashed = _Hashed(source)
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, hashed)
        self._entries[name] = Entry(size=size, sha256=hashed.digest())

    def add_bytes(self, name: str, data: bytes) -> None:
        self.add(name, io.BytesIO(data), len(data))

    def add_stream(self, folder: str, pieces: Iterable[bytes]) -> int:
        """Add the content of all pieces, as numbered entries of a folder; its size."""
        number, size, buffer = 0, 0, bytearray()
        for piece in pieces:
            buffer += piece
            size += len(piece)
            while len(buffer) >= PIECE:
                self.add_bytes(f"{folder}/{number:05}", bytes(buffer[:PIECE]))
                del buffer[:PIECE]
                number += 1
        self.add_bytes(f"{folder}/{number:05}", bytes(buffer))
        return size

    def close(self, about: Manifest) -> Manifest:
        """Add the manifest and end the archive; the manifest with its entries."""
        whole = replace(about, entries=self._entries)
        data = whole.as_json()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(data)
        self._tar.addfile(info, io.BytesIO(data))
        self._tar.close()
        self._encrypted.close()
        return whole


@contextmanager
def entries(source: age_format.Source, passphrase: str) -> Iterator[Iterator[tuple[str, int, Readable]]]:
    """The entries of an archive with their sizes, each to be read before the next one.

    Raises `BackupError` as `age_format.Reader` does.
    """
    decrypted = age_format.Reader(source, passphrase)
    try:
        with tarfile.open(mode="r|", fileobj=cast("IO[bytes]", decrypted), bufsize=BLOCK) as tar:
            yield _files(tar)
            while decrypted.read(BLOCK):  # what follows is empty, but its end must be there
                pass
    except (tarfile.TarError, EOFError) as error:
        raise BackupError("The backup is not whole.", code="damaged", remedy="Use another one.") from error


def check(source: age_format.Source, passphrase: str) -> Manifest:
    """Read a whole archive and compare it with its manifest. Raises `BackupError` if they differ."""
    hashed_entries: dict[str, Entry] = {}
    about: Manifest | None = None
    with entries(source, passphrase) as files:
        for name, size, file in files:
            if name == MANIFEST:
                about = manifest.read(file.read(size))
                continue
            hashed = _Hashed(file)
            while hashed.read():
                pass
            hashed_entries[name] = Entry(size=size, sha256=hashed.digest())
    if about is None or about.entries != hashed_entries:
        raise BackupError("The backup is not what its manifest says.", code="damaged", remedy="Use another one.")
    return about


def _files(tar: tarfile.TarFile) -> Iterator[tuple[str, int, Readable]]:
    for info in tar:
        file: IO[bytes] | None = tar.extractfile(info)
        if file is not None:
            yield info.name, info.size, file


class _Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, source: Readable) -> None:
        self._source, self._state = source, hashlib.sha256()

    def read(self, size: int = BLOCK) -> bytes:
        data = self._source.read(size)
        self._state.update(data)
        return data

    def digest(self) -> str:
        return self._state.hexdigest()
