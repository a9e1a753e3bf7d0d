"""Where backups lie: a folder and a bucket keep the same promises."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from openuser.backup import creation, places
from openuser.backup.exceptions import BackupError

NOW = datetime(2026, 11, 29, 8, 30, tzinfo=UTC)
ACCESS = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}


@pytest.fixture(params=["folder", "bucket"])
def place(request, tmp_path: Path, settings):
    if request.param == "folder":
        return places.place_of(str(tmp_path / "backups"))
    request.getfixturevalue("s3_client")
    s3 = {"endpoint_url": request.getfixturevalue("s3_endpoint"), **ACCESS}
    settings.BACKUP = {**settings.BACKUP, "S3": s3}
    return places.place_of("s3://videos/backups")


def put(place: places.Place, hour: int, data: bytes = b"x") -> str:
    name = places.name_of(created_at=NOW.replace(hour=hour), database="sqlite", version="0.6.0.dev0")
    with place.new(name) as file:
        file.write(data)
    return name


def test_a_backup_is_read_as_it_was_written(place):
    data = bytes(6_000_000)
    with place.open(put(place, 8, data)) as file:
        assert file.read() == data
    (one,) = places.stored(place)
    assert (one.size, one.database, one.version, one.created_at) == (
        len(data),
        "sqlite",
        "0.6.0.dev0",
        NOW.replace(minute=30),
    )


def test_a_backup_that_fails_half_way_is_not_there(place):
    with pytest.raises(ZeroDivisionError), place.new("openuser-x") as file:
        file.write(b"half" * (1 // 0))
    assert list(place.files()) == []


def test_the_oldest_go_and_files_of_others_stay(place):
    names = [put(place, hour) for hour in (5, 8, 6, 7)]
    with place.new("letter.txt") as file:
        file.write(b"dear")
    assert [one.name for one in creation.delete_old(place, 2)] == [names[2], names[0]]
    assert {name for name, _size in place.files()} == {names[1], names[3], "letter.txt"}
    assert creation.delete_old(place, 0) == []


def test_a_missing_backup_is_a_missing_file(place):
    with pytest.raises(FileNotFoundError):
        place.open("openuser-none")


def test_a_bucket_that_is_not_there_is_named(s3_endpoint, settings):
    settings.BACKUP = {**settings.BACKUP, "S3": {"endpoint_url": s3_endpoint, **ACCESS}}
    with pytest.raises(BackupError, match="NoSuchBucket"):
        places.stored(places.place_of("s3://nowhere"))


def test_without_a_place_it_says_what_to_set():
    with pytest.raises(BackupError, match="OPENUSER_BACKUP_TO"):
        places.place_of("")
