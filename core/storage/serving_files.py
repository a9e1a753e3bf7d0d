"""A file by which a process tells others on its machine that it serves: it holds a lock on it. No framework.

The lock ends with the process, however that ends, so a killed one leaves no wrong word behind.
"""

import fcntl
from pathlib import Path
from typing import BinaryIO


def note(path: Path) -> BinaryIO | None:
    """Tell others that this process serves, until the returned file is closed. None if the disk is full.

    Several processes may serve at once, as one that ends does beside the next.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError:
        return None
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def is_noted(path: Path) -> bool | None:
    """Whether a process serves; None where none ever has, or where the file belongs to another user."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    return False
