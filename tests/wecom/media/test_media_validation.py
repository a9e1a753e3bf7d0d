"""Files are validated before any call of the platform."""

import pytest

from wecom.exceptions import ContentError
from wecom.media import media_validation

PNG, JPG, MP4, AMR = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"\x00\x00\x00\x18ftypmp42", b"#!AMR\n"


def refusal(kind, path) -> ContentError:
    with pytest.raises(ContentError) as caught:
        media_validation.check_upload(kind, path)
    return caught.value


@pytest.mark.parametrize(
    ("kind", "head"), [("image", PNG), ("image", JPG), ("video", MP4), ("voice", AMR), ("file", b"%PDF-1")]
)
def test_what_the_platform_takes_passes(tmp_path, kind, head):
    file = tmp_path / "file"
    file.write_bytes(head + bytes(100))
    media_validation.check_upload(kind, file)
    file.write_bytes(b"")
    assert refusal(kind, file).field == "file_path"


@pytest.mark.parametrize("name", ["nothing.mp4", ""])
def test_a_file_that_is_not_there_is_named_with_what_to_do(tmp_path, name):
    error = refusal("video", tmp_path / name)
    assert (error.code, error.field) == ("missing", "file_path")
    assert "folder" in error.remedy


@pytest.mark.parametrize("size", [0, 1, 5])
def test_a_file_of_up_to_five_bytes_is_too_small(tmp_path, size):
    file = tmp_path / "tiny.txt"
    file.write_bytes(b"x" * size)
    assert refusal("file", file).code == "empty"
    file.write_bytes(b"x" * 6)
    media_validation.check_upload("file", file)


@pytest.mark.parametrize(
    ("kind", "head", "most"), [("image", PNG, 10), ("voice", AMR, 2), ("video", MP4, 10), ("file", b"x", 20)]
)
def test_a_file_over_the_limit_says_how_large_it_may_be(tmp_path, kind, head, most):
    file = tmp_path / "large"
    with file.open("wb") as writing:
        writing.write(head)
        writing.truncate(most * 2**20)
    media_validation.check_upload(kind, file)
    with file.open("ab") as writing:
        writing.write(b"x")
    error = refusal(kind, file)
    assert error.code == "too_large"
    assert f"up to {most} MB" in error.message
    assert error.remedy


@pytest.mark.parametrize(
    ("kind", "head"), [("image", b"GIF89a"), ("voice", b"RIFF0000WAVE"), ("video", b"RIFF0000AVI ")]
)
def test_a_file_of_another_format_says_which_is_needed(tmp_path, kind, head):
    file = tmp_path / "odd"
    file.write_bytes(head + bytes(100))
    error = refusal(kind, file)
    assert error.code == "format"
    assert "upload_file" in error.remedy


def test_an_unknown_kind_is_refused_with_those_that_exist(tmp_path):
    assert "image, voice, video, file" in refusal("hologram", tmp_path).remedy
