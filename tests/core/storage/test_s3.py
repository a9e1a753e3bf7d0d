"""S3 storage: a real server that speaks S3, and two machines with a local folder each."""

import os
import time

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile

from core.storage.s3 import BucketStorage
from tests.fixtures.s3 import KEYS

pytestmark = pytest.mark.django_db  # what is deleted is noted for other machines
WEEK = 7.0


@pytest.fixture
def machine(s3_client, s3_endpoint, tmp_path):
    """A machine of that name."""

    def named(name, bucket="videos"):
        place = {"location": str(tmp_path / name), "prefix": "ou"}
        return BucketStorage(**place, bucket_name=bucket, endpoint_url=s3_endpoint, **KEYS)

    return named


def keys(s3_client):
    return [found["Key"] for found in s3_client.list_objects_v2(Bucket="videos").get("Contents", [])]


def test_a_stored_file_is_in_the_bucket_for_other_machines(machine, s3_client):
    name = machine("a").save("renders/video/one.mp4", ContentFile(b"video"))
    assert keys(s3_client) == [f"ou/{name}"]
    other = machine("b")
    assert not other.local_path(name).exists()
    assert (other.exists(name), other.size(name)) == (True, 5)
    with open(other.path(name), "rb") as file:
        assert file.read() == b"video"
    assert other.open(name).read() == b"video"


def test_a_name_that_is_taken_elsewhere_is_not_given_again(machine):
    first = machine("a").save("one.txt", ContentFile(b"1"))
    second = machine("b").save("one.txt", ContentFile(b"2"))
    assert first != second
    assert machine("b").open(first).read() == b"1"


def test_what_is_removed_is_gone_in_both(machine, s3_client):
    here, there = machine("a"), machine("b")
    name = here.save("renders/video/one.mp4", ContentFile(b"video"))
    there.delete(name)
    here.delete(name)
    assert keys(s3_client) == []
    assert not here.exists(name)
    here.delete("renders/video")
    assert not here.exists("renders/video")


def test_folders_show_what_either_has(machine):
    machine("a").save("renders/video/one.mp4", ContentFile(b"video"))
    here = machine("b")
    assert here.listdir("renders") == (["video"], [])
    assert here.listdir("renders/video") == ([], ["one.mp4"])
    assert here.exists("renders/video")
    assert here.get_modified_time("renders/video").timestamp() == pytest.approx(time.time(), abs=60)
    here.local_path("part").parent.mkdir(parents=True, exist_ok=True)
    here.local_path("part").write_bytes(b"not yet whole")
    assert here.listdir("") == (["renders"], ["part"])


def test_what_neither_has_is_missing_as_in_a_folder(machine):
    here = machine("a")
    assert not here.exists("no/such.mp4")
    assert not os.path.exists(here.path("no/such.mp4"))
    with pytest.raises(FileNotFoundError):
        here.open("no/such.mp4")


def test_copies_that_nobody_uses_go_and_come_again(machine):
    here = machine("a")
    old, fresh = (here.save(name, ContentFile(b"video")) for name in ("old.mp4", "new.mp4"))
    part = here.local_path("part")
    part.write_bytes(b"only here")
    now, hour = time.time(), 3600
    for path, hours in ((here.local_path(old), 169), (part, 169), (here.local_path(fresh), 167)):
        os.utime(path, (now - hours * hour, now - hours * hour))
    assert here.delete_unused(WEEK) == 1
    assert (here.local_path(old).exists(), here.local_path(fresh).exists(), part.exists()) == (False, True, True)
    assert here.open(old).read() == b"video"


def test_a_failing_bucket_is_a_failing_disk_without_half_files(machine):
    here = machine("a", bucket="no-such-bucket")
    with pytest.raises(OSError, match="bucket"):
        here.save("one.mp4", ContentFile(b"video"))
    assert not here.local_path("one.mp4").exists()


def test_names_stay_inside(machine):
    with pytest.raises(SuspiciousFileOperation):
        machine("a").path("../outside")
