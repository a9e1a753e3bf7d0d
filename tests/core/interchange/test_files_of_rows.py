"""Files beside the YAML: an entry names one by its hash, and only a file that came along is taken."""

import hashlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.interchange import files_of_rows
from core.interchange.files_of_rows import Media
from core.interchange.flaws import FileError, Findings, Place

DATA = b"a picture"
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def stored() -> str:
    return str(default_storage.save("pictures/a.png", ContentFile(DATA)))


def flaws_of(data: object, *, known: dict[str, bytes] | None = None) -> list[str]:
    findings = Findings()
    Media(known).taken(data, "", Place(), findings, folder="pictures")
    return [flaw.code for flaw in findings.flaws]


@pytest.mark.parametrize(
    "data",
    [
        *[None, "a.png", 5, [], ["name", "sha256"], {}, {"name": "a.png"}, {"name": "a.png", "sha256": "short"}],
        *[{"name": 5, "sha256": SHA256}, {"name": "a.png", "sha256": SHA256, "size": 9}],
    ],
)
def test_an_entry_that_is_no_name_and_hash_is_a_flaw(data):
    assert len(flaws_of(data, known={SHA256: DATA})) == 1


def test_a_file_that_did_not_come_along_is_a_flaw():
    assert flaws_of({"name": "a.png", "sha256": SHA256}) == ["file_missing"]
    assert flaws_of({"name": "a.png", "sha256": SHA256}, known={SHA256: DATA}) == []


def test_a_file_that_came_along_is_stored_once(db):
    taker, findings = Media({SHA256: DATA}), Findings()
    names = {taker.taken({"name": "a.png", "sha256": SHA256}, "", Place(), findings, folder="new") for _ in range(2)}
    [name] = names
    assert not default_storage.exists(name)
    assert taker.bytes_of(name) == DATA
    taker.store()
    with default_storage.open(name) as file:
        assert file.read() == DATA


def test_the_same_file_stays_where_it_is(stored):
    entry = {"name": "a.png", "sha256": SHA256}
    assert Media().entry(ContentFile(b"", name=stored))["sha256"] == SHA256
    named = {**entry, "name": files_of_rows.visible_name(stored)}
    assert Media().taken(named, stored, Place(), Findings(), folder="new") == stored


def test_files_that_are_too_large_together_are_refused_in_megabytes(stored, monkeypatch):
    monkeypatch.setattr(files_of_rows, "LARGEST", 3 * 1_048_576)
    reader = Media({"of another": bytes(3 * 1_048_576 - len(DATA))})
    assert reader.bytes_of(stored) == DATA
    with pytest.raises(FileError, match="larger than 3 MB") as caught:
        Media({"of another": bytes(3 * 1_048_576 - len(DATA) + 1)}).bytes_of(stored)
    assert caught.value.code == "files_large"


def test_a_file_that_is_gone_is_named():
    with pytest.raises(FileError, match=r"gone\.png") as caught:
        Media().bytes_of("pictures/gone.png")
    assert caught.value.code == "file_gone"
