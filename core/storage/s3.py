"""Storage in an S3-compatible bucket, with the media folder of each machine as a cache.

ffmpeg, nginx and range requests need local files. So `path` downloads a file before it returns the path, and `save`
uploads a file before it returns. A local copy may be deleted at any time (`delete_unused`).
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

from core.storage import erasures
from core.storage.disk import WholeFileStorage

DAY = 24 * 3600
TRIES = 3
CONNECT_SECONDS, READ_SECONDS = 5, 60


class BucketStorage(WholeFileStorage):
    """Files in a bucket, with local copies under `location`.

    Errors of the bucket are raised as `OSError`, like a disk's. Takes the options of django-storages' `S3Storage`
    (`bucket_name`, `endpoint_url`, `access_key`, `secret_key`, `region_name` …) and `prefix`, a folder in the bucket.
    """

    def __init__(self, *, prefix: str = "", location: str | None = None, **options: Any) -> None:
        super().__init__(location=location)
        self._options = {"file_overwrite": True, "location": prefix, "default_acl": None, **options}

    @property
    def bucket(self) -> S3Storage:
        """The client of the bucket, created on first use because web processes seldom need it."""
        storage = self.__dict__.get("_bucket")
        if storage is None:
            config = Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"max_attempts": TRIES, "mode": "standard"},
                s3={"addressing_style": "auto"},
            )
            storage = self.__dict__["_bucket"] = S3Storage(client_config=config, **self._options)
        return storage

    def local_path(self, name: str) -> Path:
        """The path of the local copy, whether it exists or not."""
        return Path(super().path(name))

    def path(self, name: str) -> str:
        copy = self.local_path(name)
        if not copy.exists():
            self._download(name, copy)
        return str(copy)

    def upload(self, name: str, source: Path | None = None) -> None:
        """Upload the local copy, or `source`, under a name."""
        with _as_os_errors(), (source or self.local_path(name)).open("rb") as file:
            self.bucket.save(name, File(file))

    def exists(self, name: str) -> bool:
        if self.local_path(name).exists():
            return True
        with _as_os_errors():
            return bool(self.bucket.exists(name)) or (not PurePosixPath(name).suffix and any(self._list_bucket(name)))

    def delete(self, name: str) -> None:
        erasures.record(erasures.FILE, name)
        with _as_os_errors():
            self.bucket.delete(name)
        self.forget_copy(name)

    def forget_copy(self, name: str) -> None:
        """Delete the local copy, or the folder that is empty here."""
        copy = self.local_path(name)
        if copy.is_dir():
            if not any(copy.iterdir()):
                copy.rmdir()
        else:
            copy.unlink(missing_ok=True)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        folders, files = self._list_bucket(path)
        if self.local_path(path).is_dir():
            near_folders, near_files = super().listdir(path)
            folders, files = {*folders, *near_folders}, {*files, *near_files}
        return sorted(folders), sorted(files)

    def size(self, name: str) -> int:
        if self.local_path(name).exists():
            return int(super().size(name))
        with _as_os_errors():
            return int(self.bucket.size(name))

    def get_modified_time(self, name: str) -> datetime:
        if self.local_path(name).exists():
            return super().get_modified_time(name)
        with _as_os_errors():
            if not PurePosixPath(name).suffix and (inside := self._list_bucket(name)[1]):
                return max(self.get_modified_time(f"{name}/{inner}") for inner in inside)
            modified: datetime = self.bucket.get_modified_time(name)
            return modified

    def delete_unused(self, days: float) -> int:
        """Delete local copies that were not used for so many days and that the bucket has. Returns how many."""
        before, count = time.time() - days * DAY, 0
        root = Path(self.location)
        for copy in [path for path in root.rglob("*") if path.is_file()]:
            used = copy.stat()
            if max(used.st_atime, used.st_mtime) < before:
                with _as_os_errors():
                    known = self.bucket.exists(copy.relative_to(root).as_posix())
                if known:
                    copy.unlink(missing_ok=True)
                    count += 1
        return count

    def all_files(self) -> Iterator[tuple[str, int]]:
        prefix = f"{self.bucket.location}/" if self.bucket.location else ""
        with _as_os_errors():
            for item in self.bucket.bucket.objects.filter(Prefix=prefix):
                yield item.key.removeprefix(prefix), int(item.size)

    def open_original(self, name: str) -> IO[bytes]:
        """A stream: a copy of each file would fill this machine's disk."""
        with _as_os_errors():
            if not self.bucket.exists(name):
                raise FileNotFoundError(name)
            body: IO[bytes] = self._object(name).get()["Body"]
            return body

    def put_original(self, name: str, source: Any) -> None:
        with _as_os_errors():
            self._object(name).upload_fileobj(source)

    def _object(self, name: str) -> Any:
        return self.bucket.bucket.Object("/".join(filter(None, (self.bucket.location, name))))

    def _save(self, name: str, content: Any) -> str:
        kept = super()._save(name, content)
        try:
            self.upload(kept)
        except OSError:
            self.local_path(kept).unlink(missing_ok=True)
            raise
        return kept

    def _list_bucket(self, path: str) -> tuple[set[str], set[str]]:
        with _as_os_errors():
            folders, files = self.bucket.listdir(path)
        return set(filter(None, folders)), set(filter(None, files))

    def _download(self, name: str, copy: Path) -> None:
        """Download a file; does nothing if the bucket does not have it."""
        with _as_os_errors():
            if not self.bucket.exists(name):
                return
            copy.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=copy.parent, prefix=".")
            try:
                with os.fdopen(handle, "wb") as file, self.bucket.open(name) as source:
                    for piece in source.chunks():
                        file.write(piece)
                    file.flush()
                    os.fsync(file.fileno())  # else a power cut leaves an empty copy
                Path(part).chmod(0o644)
                os.replace(part, copy)
            finally:
                Path(part).unlink(missing_ok=True)


@contextmanager
def _as_os_errors() -> Iterator[None]:
    """Raise errors of the bucket as `OSError`, which callers already handle for disks."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(f"The bucket does not do it: {type(error).__name__}") from error
