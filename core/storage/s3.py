"""The media folder before an S3-compatible bucket: the bucket has every file, the folder of each machine what it needs.

ffmpeg, nginx and whoever seeks in a video need files of this machine. So `path` brings a file here before it names it,
and whatever is saved is in the bucket before anybody hears of it. A copy here may be removed at any time (`trim`).
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from storages.backends.s3 import S3Storage

DAY = 24 * 3600
TRIES = 3
CONNECT_SECONDS, READ_SECONDS = 5, 60


class BucketStorage(FileSystemStorage):
    """Files in a bucket, with copies under `location`.

    What the bucket does not do is an `OSError`, as of a disk. Options are those of `S3Storage` of django-storages, such
    as `bucket_name`, `endpoint_url`, `access_key`, `secret_key` and `region_name`; `prefix` is a folder in the bucket.
    """

    def __init__(self, *, prefix: str = "", location: str | None = None, **options: Any) -> None:
        super().__init__(location=location)
        self._options = {"file_overwrite": True, "location": prefix, "default_acl": None, **options}

    @property
    def bucket(self) -> S3Storage:
        """What speaks to the bucket; made when it is needed, because web processes seldom need it."""
        found = self.__dict__.get("_bucket")
        if found is None:
            config = Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"max_attempts": TRIES, "mode": "standard"},
                s3={"addressing_style": "auto"},
            )
            found = self.__dict__["_bucket"] = S3Storage(client_config=config, **self._options)
        return found

    def here(self, name: str) -> Path:
        """Where its copy is on this machine, or would be."""
        return Path(super().path(name))

    def path(self, name: str) -> str:
        copy = self.here(name)
        if not copy.exists():
            self._bring(name, copy)
        return str(copy)

    def push(self, name: str, source: Path | None = None) -> None:
        """Put a file into the bucket: its copy here, or `source`."""
        with _as_disk(), (source or self.here(name)).open("rb") as file:
            self.bucket.save(name, File(file))

    def exists(self, name: str) -> bool:
        if self.here(name).exists():
            return True
        with _as_disk():
            return bool(self.bucket.exists(name)) or (not PurePosixPath(name).suffix and any(self._far(name)))

    def delete(self, name: str) -> None:
        with _as_disk():
            self.bucket.delete(name)
        copy = self.here(name)
        if copy.is_dir():
            if not any(copy.iterdir()):
                copy.rmdir()
        else:
            copy.unlink(missing_ok=True)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        folders, files = self._far(path)
        if self.here(path).is_dir():
            near_folders, near_files = super().listdir(path)
            folders, files = {*folders, *near_folders}, {*files, *near_files}
        return sorted(folders), sorted(files)

    def size(self, name: str) -> int:
        if self.here(name).exists():
            return int(super().size(name))
        with _as_disk():
            return int(self.bucket.size(name))

    def get_modified_time(self, name: str) -> datetime:
        if self.here(name).exists():
            return super().get_modified_time(name)
        with _as_disk():
            if not PurePosixPath(name).suffix and (inside := self._far(name)[1]):
                return max(self.get_modified_time(f"{name}/{one}") for one in inside)
            found: datetime = self.bucket.get_modified_time(name)
            return found

    def trim(self, days: float) -> int:
        """Remove copies that nobody used for so long and that the bucket has. Returns how many."""
        before, count = time.time() - days * DAY, 0
        root = Path(self.location)
        for copy in [one for one in root.rglob("*") if one.is_file()]:
            used = copy.stat()
            if max(used.st_atime, used.st_mtime) < before:
                with _as_disk():
                    known = self.bucket.exists(copy.relative_to(root).as_posix())
                if known:
                    copy.unlink(missing_ok=True)
                    count += 1
        return count

    def _save(self, name: str, content: Any) -> str:
        # The parent's asks for the place of what is not there yet.
        kept = str(super()._save(name, content))  # type: ignore[misc]
        try:
            self.push(kept)
        except OSError:
            self.here(kept).unlink(missing_ok=True)
            raise
        return kept

    def _far(self, path: str) -> tuple[set[str], set[str]]:
        with _as_disk():
            folders, files = self.bucket.listdir(path)
        return set(filter(None, folders)), set(filter(None, files))

    def _bring(self, name: str, copy: Path) -> None:
        """Fetch what the bucket has; what it lacks stays missing, as in a folder."""
        with _as_disk():
            if not self.bucket.exists(name):
                return
            copy.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=copy.parent, prefix=".")
            try:
                with os.fdopen(handle, "wb") as file, self.bucket.open(name) as found:
                    for piece in found.chunks():
                        file.write(piece)
                Path(part).chmod(0o644)
                os.replace(part, copy)
            finally:
                Path(part).unlink(missing_ok=True)


@contextmanager
def _as_disk() -> Iterator[None]:
    """Callers know what to do where a disk fails; a bucket that does is no different."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(f"The bucket does not do it: {type(error).__name__}") from error
