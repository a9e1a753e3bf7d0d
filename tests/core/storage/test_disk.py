"""Files on a full disk: whole or not there."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import TemporaryUploadedFile

from core.storage import disk
from core.storage.disk import WholeFileStorage, whole_file
from core.storage.s3 import BucketStorage
from tests.fixtures.s3 import KEYS

LARGE = bytes(200_000)
FULL = r"No space left|File too large"


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A folder that takes 64 kB: a disk of that size where one may be mounted, else a limit of the process."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0:
        yield place
        subprocess.run(["umount", str(place)], check=True)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64_000, before[1]))
    yield place
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_the_room_of_a_disk_is_told_in_units_of_1048576_bytes(tmp_path: Path) -> None:
    before = shutil.disk_usage(tmp_path).free
    told = disk.disk_of(tmp_path / "not" / "made").free
    after = shutil.disk_usage(tmp_path).free
    assert min(before, after) // 1_048_576 <= told <= max(before, after) // 1_048_576


def files(place: Path) -> list[str]:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())


def test_a_file_that_does_not_fit_is_not_there(tiny: Path):
    storage = WholeFileStorage(location=tiny)
    with pytest.raises(OSError, match=FULL):
        storage.save("renders/1/video.mp4", ContentFile(LARGE))
    assert files(tiny) == []
    assert storage.save("renders/1/video.mp4", ContentFile(b"small")) == "renders/1/video.mp4"
    assert files(tiny) == ["renders/1/video.mp4"]


def test_a_name_that_is_taken_is_not_given_again(tmp_path: Path):
    storage = WholeFileStorage(location=tmp_path)
    first, second = (storage.save("a.txt", ContentFile(words)) for words in (b"one", b"two"))
    (tmp_path / "b.txt").write_bytes(b"from another process, since the name was looked for")
    third = storage._save("b.txt", ContentFile(b"three"))
    assert [storage.open(name).read() for name in (first, second, third)] == [b"one", b"two", b"three"]
    assert len(files(tmp_path)) == 4


def test_an_uploaded_file_gets_the_permissions_of_the_settings(tmp_path: Path, settings):
    settings.FILE_UPLOAD_PERMISSIONS = 0o640
    upload = TemporaryUploadedFile("cat.png", "image/png", 4, None)
    upload.write(b"meow")
    upload.seek(0)
    WholeFileStorage(location=tmp_path).save("cat.png", upload)
    assert (tmp_path / "cat.png").read_bytes() == b"meow"
    assert (tmp_path / "cat.png").stat().st_mode & 0o777 == 0o640


def test_a_copy_from_a_bucket_that_does_not_fit_is_not_there(s3_client, s3_endpoint, tmp_path: Path, tiny: Path):
    place = {"bucket_name": "videos", "endpoint_url": s3_endpoint, "prefix": "ou", **KEYS}
    s3_client.put_object(Bucket="videos", Key="ou/one.mp4", Body=LARGE)
    with pytest.raises(OSError, match=FULL):
        BucketStorage(location=str(tiny), **place).path("one.mp4")
    assert files(tiny) == []


def test_an_export_that_does_not_fit_is_not_there(tiny: Path):
    with pytest.raises(OSError, match=FULL), whole_file(tiny / "lisi.zip") as file:
        file.write(LARGE)
    assert files(tiny) == []


def test_an_export_replaces_no_file(tmp_path: Path):
    (tmp_path / "lisi.zip").write_bytes(b"before")
    with pytest.raises(FileExistsError), whole_file(tmp_path / "lisi.zip") as file:
        file.write(b"after")
    assert [(tmp_path / name).read_bytes() for name in files(tmp_path)] == [b"before"]


def test_without_hard_links_a_file_is_whole_too(tmp_path: Path, monkeypatch):
    def refuse(*_names: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    storage = WholeFileStorage(location=tmp_path)
    names = [storage.save("a.txt", ContentFile(b"x")) for _ in range(2)]
    assert names[0] == "a.txt"
    assert files(tmp_path) == sorted(names)


def test_folders_of_one_disk_are_one_disk(settings, tmp_path: Path):
    settings.VAR_DIR = settings.MEDIA_ROOT = settings.LOG_DIR = tmp_path / "not" / "there"
    settings.AVATARS = {**settings.AVATARS, "WORK_DIR": tmp_path}
    (found,) = disk.disks()
    assert (found.folder, found.free > 0) == (tmp_path / "not" / "there", True)
