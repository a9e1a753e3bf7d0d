"""A folder of files that cost something to make, by key, of a bounded size: the least recently used go first.

Several processes may use one at once: a file appears whole or not at all, and one that vanishes was only a copy.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

MEGABYTE = 1024 * 1024  # bytes


@cache
def code_digest(*packages: Path) -> str:
    """Part of a key: changes with every Python file in these packages, a new one too.

    Whole packages rather than chosen files: the cache of an upgrade is filled once more than needed, and never wrong.
    """
    state = hashlib.sha256()
    for package in packages:
        for path in sorted(package.rglob("*.py")):
            state.update(f"{package.name}/{path.relative_to(package).as_posix()}\0".encode())
            state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()


class FileCache:
    """Files in `folder`, together at most `limit` bytes. Keys are names that a file can have."""

    def __init__(self, folder: Path, *, limit: int = 200 * MEGABYTE) -> None:
        self._folder, self._limit = folder, limit

    def get(self, key: str) -> bytes | None:
        """The data under that key, if it is still there."""
        path = self._folder / key
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data

    def put(self, key: str, data: bytes) -> None:
        """Keep it, and evict the least recently used. On a full disk nothing is kept, and no error is raised."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, prefix=".")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                os.replace(name, self._folder / key)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
            self._tidy()

    def remove(self, key: str) -> None:
        """Remove one entry."""
        (self._folder / key).unlink(missing_ok=True)

    def purge(self, prefix: str = "") -> int:
        """Remove entries whose keys begin with `prefix`, by default all; return how many files."""
        return self._remove(lambda key: key.startswith(prefix))

    def purge_part(self, part: str) -> int:
        """Remove entries that have this part in their keys, between hyphens; return how many files."""
        return self._remove(lambda key: part in key.split("-"))

    def _remove(self, chosen: Callable[[str], bool]) -> int:
        count = 0
        with contextlib.suppress(FileNotFoundError):
            for entry in os.scandir(self._folder):
                if chosen(entry.name):
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(entry.path)
                        count += 1
        return count

    def forget(self, before: float) -> int:
        """Remove entries that were not used since a time, seconds of the epoch; return how many files."""
        count = 0
        with contextlib.suppress(FileNotFoundError):
            for entry in os.scandir(self._folder):
                with contextlib.suppress(FileNotFoundError):
                    if entry.stat().st_mtime < before:
                        os.unlink(entry.path)
                        count += 1
        return count

    def _tidy(self) -> None:
        """Also removes the halves of files whose writers died."""
        files = []
        for entry in os.scandir(self._folder):
            with contextlib.suppress(FileNotFoundError):
                status = entry.stat()
                files.append((status.st_mtime, status.st_size, entry.path))
        room = self._limit
        for _, size, path in sorted(files, reverse=True):
            room -= size
            if room < 0:
                with contextlib.suppress(OSError):
                    os.unlink(path)


def sealed(data: bytes) -> bytes:
    """Data with its digest before it, so that damage is seen."""
    return hashlib.sha256(data).digest() + data


def unsealed(kept: bytes | None) -> bytes:
    """The sealed bytes; b"" if they are damaged or missing."""
    digest, data = (kept or b"")[:32], (kept or b"")[32:]
    return data if digest == hashlib.sha256(data).digest() else b""
