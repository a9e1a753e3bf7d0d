"""The rigs of portraits on disk, and how they are removed: by portrait, by age, by the space they take. Light.

A file is named by the portrait file that it came from, by the pixels it was made for, and by the code that made it, so
that all data computed from one portrait can be removed.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

from avatars.engines.puppet.files import FILES
from avatars.media.file_cache import MEGABYTE, FileCache, code_digest

FOLDER = "rigs"
LIMIT = 400 * MEGABYTE  # bytes; the rigs used longest ago go first, and are computed again when needed
DIGEST = re.compile(r"[0-9a-f]{64}")
PUPPET = Path(__file__).parents[1]


def rig_cache(cache_folder: Path) -> FileCache:
    """The rigs in a folder of caches; the least recently used go first."""
    return FileCache(cache_folder / FOLDER, limit=LIMIT)


def key(origin: str, content: str) -> str:
    """The name of a rig's file: SHA-256 in hex of the portrait file and of the pixels that were rigged."""
    return f"{origin}-{content[:32]}-{edition()}.npz"


def delete_portrait(cache_folder: Path, origin: str) -> int:
    """Remove all that was computed from the portrait file of that SHA-256 (hex); how many files it was."""
    if not DIGEST.fullmatch(origin):
        raise ValueError("This is no SHA-256 in hex.")
    return _remove(list((cache_folder / FOLDER).glob(f"{origin}-*")))


def delete_unused(cache_folder: Path, before: float) -> int:
    """Remove files that were not used since a time, seconds of the epoch; return how many."""
    old = []
    for path in (cache_folder / FOLDER).glob("*"):
        try:
            if path.stat().st_mtime < before:
                old.append(path)
        except FileNotFoundError:
            continue
    return _remove(old)


@cache
def edition() -> str:
    """Changes with the code and the models of the renderer, which make rigs and draw frames."""
    models = "".join(FILES.values())
    return hashlib.sha256(f"{code_digest(PUPPET)}{models}".encode()).hexdigest()[:16]


def _remove(paths: list[Path]) -> int:
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)
