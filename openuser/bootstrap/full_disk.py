"""The message of a command when a disk is full, in the place of a traceback. Standard library only."""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

CODES = frozenset({errno.ENOSPC, errno.EDQUOT})
# SQLite's words, and the system's, as PostgreSQL and Django repeat them in errors of their own.
SENTENCES = ("database or disk is full", "No space left on device", "Disk quota exceeded")
DISK_FULL = "53100"  # PostgreSQL's SQLSTATE
ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1024 * 1024


def is_cause(error: BaseException) -> bool:
    """Whether an error, or one that led to it, says that a disk is full."""
    return any(_tells(cause) for cause in _chain(error))


def explanation(error: BaseException) -> str:
    """Which disk is full, and the remedy."""
    folder = next(
        (Path(cause.filename) for cause in _chain(error) if isinstance(cause, OSError) and cause.filename), None
    )
    place = _existing(folder or var_folder())
    free = shutil.disk_usage(place).free // MEGABYTE
    return (
        f"openuser: the disk is full: {free:,} MB are free in {place}.\n"
        "  Free some space, or move the data to a larger disk (OPENUSER_VAR_DIR), and run the same command again.\n"
        "  It goes on where it stopped."
    )


def var_folder() -> Path:
    """The folder of the installation's data, as far as the environment names it."""
    return Path(os.environ.get("OPENUSER_VAR_DIR") or ROOT / "var")


def _tells(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in CODES:
        return True
    return getattr(error, "sqlstate", None) == DISK_FULL or any(sentence in str(error) for sentence in SENTENCES)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())
