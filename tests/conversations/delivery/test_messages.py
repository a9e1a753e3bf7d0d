"""In which form a file of the media storage is sent, by its name, its content and its size."""

import pytest

from conversations.delivery import messages

MB = 2**20
PNG, MP4 = b"\x89PNG\r\n\x1a\n", b"\x00\x00\x00\x18ftypmp42"


@pytest.mark.parametrize(
    ("name", "head", "size", "kind"),
    [
        ("a.png", PNG, 2 * MB, "image"),
        ("a.PNG", PNG, 5, "file"),  # too small for the platform
        ("a.png", PNG, 10 * MB, "image"),
        ("a.png", PNG, 10 * MB + 1, "file"),
        ("a.png", b"no picture", 100, "file"),
        ("a.gif", b"GIF89a", 100, "file"),
        ("a.mp4", MP4, 10 * MB, "video"),
        ("a.mp4", MP4, 20 * MB, "video"),
        ("a.mp4", MP4, 20 * MB + 1, "file"),
        ("a.mp4", b"no video at all", 100, "file"),
        ("a.mov", MP4, 100, "file"),
        ("a.pdf", b"%PDF-1.7", 100, "file"),
    ],
)
def test_a_file_is_sent_as_what_the_platform_takes_it_for(media, name, head, size, kind):
    with (media / name).open("wb") as file:
        file.write(head[:size])
        file.truncate(size)
    assert messages.kind_of_file(name) == kind
