"""A ZIP of an export: what goes in comes out, and no other ZIP is read."""

import hashlib
import io
import zipfile

import pytest

from core.interchange import archives, files_of_rows, yaml_text
from core.interchange.flaws import FileError

PICTURE = b"\x89PNG picture"
KEY = hashlib.sha256(PICTURE).hexdigest()


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def code_of(data: bytes) -> str:
    with pytest.raises(FileError) as caught:
        archives.unpack(data)
    return caught.value.code


def test_what_is_packed_comes_back_in_equal_bytes():
    packed = archives.pack("a: 1\n", {KEY: PICTURE}, name="flows")
    assert (packed.name, packed.content_type) == ("flows.zip", "application/zip")
    assert archives.unpack(packed.data) == (b"a: 1\n", {KEY: PICTURE})
    assert archives.pack("a: 1\n", {KEY: PICTURE}, name="flows") == packed


def test_a_text_without_files_is_no_zip():
    packed = archives.pack("a: 1\n", {}, name="flows")
    assert (packed.name, packed.data) == ("flows.yaml", b"a: 1\n")
    assert archives.unpack(packed.data) == (b"a: 1\n", {})


def test_a_file_counts_by_its_bytes_and_not_by_its_name():
    wrong = zipped(**{"flows.yaml": b"a: 1", f"files/{'0' * 64}": PICTURE, "other.txt": b"x"})
    assert archives.unpack(wrong) == (b"a: 1", {KEY: PICTURE})


@pytest.mark.parametrize(
    "files",
    [{}, {"files/a.yaml": b"a: 1"}, {"folder/a.yaml": b"a: 1"}, {"a.yaml": b"a: 1", "b.yaml": b"b: 1"}],
)
def test_a_zip_needs_one_document_at_its_top(files):
    assert code_of(zipped(**{"readme.txt": b"x", **files})) == "zip_other"


def test_a_zip_of_too_many_files_is_refused():
    few = {f"files/{number}": b"x" for number in range(archives.MOST_FILES - 1)}
    assert archives.unpack(zipped(**few, **{"a.yaml": b"a: 1"}))[0] == b"a: 1"
    assert code_of(zipped(**few, **{"a.yaml": b"a: 1", "files/more": b"x"})) == "zip_large"


def test_a_small_zip_of_large_contents_is_refused(monkeypatch):
    room = files_of_rows.LARGEST + yaml_text.LARGE.most_bytes
    bomb = zipped(**{"a.yaml": b"a: 1", "files/zeros": bytes(room)})
    assert len(bomb) < 1_000_000
    assert code_of(bomb) == "zip_large"


@pytest.mark.parametrize("cut", [20, -30])
def test_half_a_zip_is_refused(cut):
    assert code_of(zipped(**{"a.yaml": b"a: 1" * 100})[:cut]) == "zip_broken"
