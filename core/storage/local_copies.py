"""Stored files as local files, for programs such as ffmpeg, with any storage back end."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.storage import default_storage


@contextmanager
def local_path(name: str) -> Iterator[Path]:
    """A read-only path of a stored file: a temporary copy if the storage is not local.

    Raises `FileNotFoundError` if there is no such file.
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


def push(file: Path, name: str) -> None:
    """Upload a local file under a name, if the storage is not local, before it is moved into the media folder."""
    upload = getattr(default_storage, "upload", None)
    if upload is not None:
        upload(name, file)


def delete_unused(days: float) -> int:
    """Delete local copies that were not used for so many days. Returns how many."""
    delete = getattr(default_storage, "delete_unused", None)
    return int(delete(days)) if delete is not None else 0


def forget(name: str) -> None:
    """Delete the local copy of a file that was deleted from the bucket, if there is one."""
    forget_copy = getattr(default_storage, "forget_copy", None)
    if forget_copy is not None:
        forget_copy(name)
