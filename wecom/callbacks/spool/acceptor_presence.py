"""The file by which other processes of this machine know that an acceptor serves. No framework."""

import fcntl
from pathlib import Path
from typing import BinaryIO

NAME = "acceptor.serving"


def note(spool: Path) -> BinaryIO | None:
    """Tell others that an acceptor serves, until the file is closed, as by the end of its process.

    None if the disk is full. Several may serve at once, as one that ends does beside the next.
    """
    try:
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (spool / NAME).open("ab")
    except OSError:
        return None
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def is_noted(spool: Path) -> bool | None:
    """Whether an acceptor serves with this spool; None where none ever has, or its file is of another user."""
    try:
        with (spool / NAME).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    return False
