"""OpenUser with its files in S3, by the OPENUSER_S3_… settings."""

import os
import subprocess
import sys

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from core.diagnosis import Level
from core.storage import local_copies
from openuser.doctor.storage_check import Storage
from tests.fixtures.s3 import KEYS
from tests.support.paths import ROOT

pytestmark = pytest.mark.django_db
LONG_AGO = 1_000_000_000


def forget_copies(folder):
    for copy in [path for path in folder.rglob("*") if path.is_file()]:
        copy.unlink()


def test_a_video_is_sought_in_on_a_machine_that_never_had_it(in_bucket, tmp_path):
    name = default_storage.save("renders/video/one.mp4", ContentFile(b"0123456789"))
    forget_copies(tmp_path)
    staff = Client()
    staff.force_login(User.objects.create_superuser("boss"))
    answer = staff.get(default_storage.url(name), headers={"Range": "bytes=2-4"})
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"234")


def test_ffmpeg_gets_a_file_of_this_machine(in_bucket, tmp_path):
    name = default_storage.save("renders/video/one.mp4", ContentFile(b"video"))
    forget_copies(tmp_path)
    with local_copies.local_path(name) as path:
        assert path.read_bytes() == b"video"
    with pytest.raises(FileNotFoundError), local_copies.local_path("renders/video/none.mp4"):
        pass


def test_what_was_fetched_piece_by_piece_is_published_under_its_name(in_bucket, tmp_path):
    part = tmp_path / "inbound" / "part"
    part.parent.mkdir()
    part.write_bytes(b"voice")
    local_copies.push(part, "inbound/voice.amr")
    forget_copies(tmp_path)
    assert default_storage.open("inbound/voice.amr").read() == b"voice"


def test_tidying_removes_copies_that_nobody_used(in_bucket, settings, tmp_path):
    name = default_storage.save("portraits/a.png", ContentFile(b"face"))
    copy = tmp_path / name
    os.utime(copy, (LONG_AGO, LONG_AGO))
    local_copies.delete_unused(settings.BUCKET_COPIES_DAYS)
    assert not copy.exists()
    assert default_storage.open(name).read() == b"face"


def test_the_doctor_keeps_a_file_and_reads_it_again(in_bucket):
    found = Storage().run()
    assert found.level == Level.GOOD
    assert "videos" in found.words
    assert in_bucket.list_objects_v2(Bucket="videos").get("KeyCount", 0) == 0


def test_the_doctor_names_a_bucket_that_is_not_there(in_bucket, settings):
    options = {**settings.STORAGES["default"]["OPTIONS"], "bucket_name": "no-such-bucket"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    found = Storage().run()
    assert (found.level, found.code) == (Level.BAD, "storage")
    assert "NoSuchBucket" in found.words
    assert "OPENUSER_S3_BUCKET" in found.remedy


def test_the_settings_come_from_the_environment(s3_endpoint, s3_client):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "openuser.settings.test",
        "OPENUSER_S3_BUCKET": "videos",
        "OPENUSER_S3_ENDPOINT": s3_endpoint,
        "OPENUSER_S3_REGION": KEYS["region_name"],
        "OPENUSER_S3_ACCESS_KEY": KEYS["access_key"],
        "OPENUSER_S3_SECRET_KEY": KEYS["secret_key"],
        "OPENUSER_S3_PREFIX": "ou",
    }
    code = (
        "import django; django.setup()\n"
        "from django.core.files.storage import default_storage as kept\n"
        "from django.core.files.base import ContentFile\n"
        "print(kept.save('one.txt', ContentFile(b'1')))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, check=True, capture_output=True)
    assert done.stdout.decode().strip() == "one.txt"
    assert s3_client.get_object(Bucket="videos", Key="ou/one.txt")["Body"].read() == b"1"
