"""What one machine erases, all others forget."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from core.models import Erasure
from core.storage import erasures, upkeep
from core.storage.s3 import BucketStorage

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(in_bucket, settings, tmp_path_factory):
    """The storage of another machine, which has the same bucket."""
    return BucketStorage(location=str(tmp_path_factory.mktemp("other")), **settings.STORAGES["default"]["OPTIONS"])


def test_a_copy_goes_once_its_file_was_deleted_elsewhere(in_bucket, other):
    name = other.save("portraits/face.png", ContentFile(b"face"))
    assert default_storage.open(name).read() == b"face"
    here = default_storage.local_path(name)
    other.delete(name)
    assert here.exists()
    since = erasures.follow(None)
    assert not here.exists()
    assert since == Erasure.objects.get().erased_at


def test_a_copy_that_came_during_the_deletion_goes_next_time(in_bucket, other):
    name = other.save("portraits/face.png", ContentFile(b"face"))
    other.delete(name)
    since = erasures.follow(None)
    late = default_storage.local_path(name)
    late.parent.mkdir(parents=True, exist_ok=True)
    late.write_bytes(b"face")
    erasures.follow(since)
    assert not late.exists()


def test_rows_that_every_machine_has_read_are_deleted():
    erasures.record("file", "old")
    now = timezone.now()
    erasures.delete_old(now=now + erasures.KEPT - timedelta(minutes=1))
    assert Erasure.objects.exists()
    erasures.delete_old(now=now + erasures.KEPT + timedelta(minutes=1))
    assert not Erasure.objects.exists()


def test_one_process_of_a_machine_keeps_its_disk_in_order(settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path
    done = []
    monkeypatch.setattr(upkeep, "_tidies", [lambda: done.append("tidied")])
    first, second = upkeep.Upkeep(), upkeep.Upkeep()
    for moment in (0, 60, upkeep.TIDY_SECONDS):
        first.turn(moment)
        second.turn(moment)
    assert done == ["tidied"] * 2
