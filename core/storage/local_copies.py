"""Stored files for what can only work with files of this machine, such as ffmpeg, wherever the storage keeps them."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.storage import default_storage


@contextmanager
def local(name: str) -> Iterator[Path]:
    """A stored file as a path: its own where the storage has one, else a copy that goes with the context.

    Not to be written to. Raises `FileNotFoundError` where there is none.
    """
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:
        with tempfile.TemporaryDirectory(prefix="stored-") as folder:
            copy = Path(folder) / Path(name).name
            with default_storage.open(name) as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target)
            yield copy
    else:
        if not path.is_file():
            raise FileNotFoundError(name)
        yield path


def publish(file: Path, name: str) -> None:
    """Let a file of the media folder be had by that name where the storage is elsewhere, before it is moved there."""
    push = getattr(default_storage, "push", None)
    if push is not None:
        push(name, file)


def trim(days: float) -> int:
    """Remove copies of this machine that nobody used for so long. Returns how many."""
    trimmed = getattr(default_storage, "trim", None)
    return int(trimmed(days)) if trimmed is not None else 0
