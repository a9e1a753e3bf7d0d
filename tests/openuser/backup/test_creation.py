"""A backup of this installation: what is in it, what it refuses, and when beat makes one."""

import shutil
from collections import namedtuple
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from core.diagnosis import Level
from core.migration_operations.released import COMPLETE, NAMES, OF_0_5
from openuser.backup import age_format, archive, creation, places, restoration, schedule
from openuser.backup.exceptions import BackupError
from openuser.doctor.backups_check import Backups
from tests.support import factories
from wecom.models import Member

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 29, 8, 30, tzinfo=UTC)
WORDS = "correct horse battery"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path, monkeypatch) -> Path:
    folder = tmp_path / "backups"
    settings.BACKUP = {**settings.BACKUP, "TO": str(folder), "PASSPHRASE": WORDS, "EVERY_HOURS": 24, "KEEP": 2}
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path / "spool")}
    monkeypatch.setattr(age_format, "WORK_FACTOR", 4)
    return folder


@pytest.fixture
def installation(settings) -> None:
    factories.make_member(factories.make_application())
    default_storage.save("renders/一.mp4", ContentFile(b"video"))
    spool = Path(settings.WECOM["SPOOL_DIR"])
    spool.mkdir(exist_ok=True)  # the keys of the application lie there already
    (spool / "1.jsonl").write_bytes(b"{}\n")
    (spool / "0.jsonl.broken").write_bytes(b"half a li\n")  # acknowledged, too


def called(*line: str) -> str:
    said = StringIO()
    call_command(*line, stdout=said, stderr=said)
    return said.getvalue()


@pytest.mark.databases
def test_a_backup_holds_database_files_spool_and_keys(installation, folder, settings):
    said = called("backup")
    (one,) = places.stored(places.place_of(str(folder)))
    assert one.name in said
    with (folder / one.name).open("rb") as file, archive.entries(file, WORDS) as entries:
        found = {name: content.read(size) for name, size, content in entries}
    assert found["media/renders/一.mp4"] == b"video"
    assert found["spool/1.jsonl"] == b"{}\n"
    assert found["spool/0.jsonl.broken"] == b"half a li\n"
    assert settings.FIELD_KEYS[0].encode() in found["keys.json"]
    assert len(found["database/00000"]) > 1000
    about = restoration.check(places.place_of(str(folder)), one.name, passphrase=WORDS)
    assert about.rows[Member._meta.db_table] == Member.objects.count()
    assert (folder / one.name).stat().st_mode & 0o077 == 0


def test_the_command_lists_verifies_and_keeps_so_many(installation, folder):
    for day in (1, 2, 3):
        creation.create(places.place_of(str(folder)), passphrase=WORDS, now=NOW - timedelta(days=day))
    assert "Deleted: openuser-20261126" in called("backup")
    listed = called("backup", "--list").splitlines()
    assert len(listed) == 2
    name = listed[0].split()[-1]
    assert "It is whole" in called("backup", "--verify", name)
    with pytest.raises(CommandError, match="There is no"):
        called("backup", "--verify", "openuser-none")


def test_files_are_left_out_on_demand(installation, folder):
    assert " 0 files" in called("backup", "--without-files")


@pytest.mark.parametrize(("words", "code"), [("", "no_passphrase"), ("short", "short_passphrase")])
def test_without_a_good_pass_phrase_nothing_is_written(folder, settings, words, code):
    settings.BACKUP = {**settings.BACKUP, "PASSPHRASE": words}
    with pytest.raises(CommandError, match="OPENUSER_BACKUP_PASSPHRASE"):
        called("backup")
    assert not folder.exists()


def test_a_pass_phrase_comes_from_a_file(installation, folder, settings, tmp_path):
    file = tmp_path / "words"
    file.write_text("another one entirely\n")
    settings.BACKUP = {**settings.BACKUP, "PASSPHRASE_FILE": str(file)}
    name = called("backup").partition(":")[0]
    with pytest.raises(BackupError, match="does not open"):
        restoration.check(places.place_of(str(folder)), name, passphrase=WORDS)


def test_a_disk_without_room_is_told_before_it_is_full(installation, folder, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: namedtuple("Usage", "total used free")(1, 1, 0))
    with pytest.raises(CommandError, match="0 MB are free"):
        called("backup")
    assert not folder.exists()


def test_a_file_that_is_deleted_meanwhile_breaks_nothing(installation, folder, monkeypatch):
    names = [("gone.mp4", 5), *default_storage.all_files()]
    monkeypatch.setattr(type(default_storage._wrapped), "all_files", lambda self: iter(names))
    assert " 1 files" in called("backup")


def test_a_backup_of_another_database_or_version_is_refused(installation, folder, settings):
    place = places.place_of(str(folder))
    made = creation.create(place, passphrase=WORDS, now=NOW)
    other = "sqlite" if connection.vendor == "postgresql" else "postgresql"
    cases = {"other_database": ("database", other), "newer": ("migrations", ["wecom.9999_later"])}
    for code, (field, value) in cases.items():
        with pytest.raises(BackupError) as raised:
            restoration.refuse_what_does_not_fit(replace(made.manifest, **{field: value}))
        assert raised.value.code == code


@pytest.mark.parametrize("names", [COMPLETE, OF_0_5], ids=["version before", "0.5.0"])
def test_a_backup_with_names_that_were_replaced_fits(installation, folder, names):
    made = creation.create(places.place_of(str(folder)), passphrase=WORDS, now=NOW)
    former = [
        f"{app}.{name}" for app, names_of_app in NAMES.items() for name in names_of_app if name <= names.get(app, "")
    ]
    restoration.refuse_what_does_not_fit(replace(made.manifest, migrations=former))
    with pytest.raises(BackupError, match="newer version"):
        restoration.refuse_what_does_not_fit(replace(made.manifest, migrations=[*former, "wecom.0043_later"]))


def test_nothing_is_restored_over_what_is_there(installation, folder):
    creation.create(places.place_of(str(folder)), passphrase=WORDS, now=NOW)
    with pytest.raises(CommandError, match="--force"):
        called("restore")


def test_beat_makes_one_when_the_newest_is_old_enough(installation, folder):
    assert schedule.back_up_if_due(now=NOW) != ""
    assert schedule.back_up_if_due(now=NOW + timedelta(hours=23)) == ""
    assert schedule.back_up_if_due(now=NOW + timedelta(hours=24)) != ""
    cache.set(schedule.RUNNING, True)
    assert schedule.back_up_if_due(now=NOW + timedelta(days=9)) == ""
    cache.delete(schedule.RUNNING)


def test_beat_makes_one_while_the_cache_is_away(installation, folder, settings, caplog):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}
    assert schedule.back_up_if_due(now=NOW) != ""
    assert "two backups may be made" in caplog.text


def test_without_a_place_beat_makes_none_and_says_nothing(settings, caplog):
    settings.BACKUP = {**settings.BACKUP, "TO": ""}
    assert schedule.back_up_if_due(now=NOW) == ""
    assert caplog.text == ""


def test_a_backup_that_fails_by_itself_is_logged_and_tried_again(installation, folder, settings, caplog):
    settings.BACKUP = {**settings.BACKUP, "PASSPHRASE": ""}
    assert schedule.back_up_if_due(now=NOW) == ""
    assert "No backup could be made." in caplog.text
    settings.BACKUP = {**settings.BACKUP, "PASSPHRASE": WORDS}
    assert schedule.back_up_if_due(now=NOW) != ""


def test_the_doctor_tells_a_missing_a_late_and_a_good_backup(installation, folder, settings):
    assert Backups(now=NOW).run().code == "no_backup"
    creation.create(places.place_of(str(folder)), passphrase=WORDS, now=NOW)
    assert Backups(now=NOW + timedelta(days=1)).run().level == Level.GOOD
    assert Backups(now=NOW + timedelta(days=3)).run().code == "old_backup"
    settings.BACKUP = {**settings.BACKUP, "PASSPHRASE": ""}
    assert Backups(now=NOW).run().level == Level.BAD
    settings.BACKUP = {**settings.BACKUP, "TO": ""}
    assert Backups(now=NOW).run().level == Level.WARN
