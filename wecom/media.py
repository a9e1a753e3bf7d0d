"""Files before they are uploaded: what the platform refuses is refused here, with words, and without a call.

Source: https://developer.work.weixin.qq.com/document/path/90253. Knows no framework.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wecom.exceptions import ContentError

SMALLEST = 6  # bytes: the platform takes files of more than 5
MB = 2**20
HEAD = 12


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a kind of file may be. `looks_right` gets the first bytes."""

    most: int
    formats: str
    advice: str
    looks_right: Callable[[bytes], bool]


AS_FILE = "or send it as a file with upload_file"
LIMITS = {
    "image": Limits(
        most=10 * MB,
        formats="a JPG or PNG picture",
        advice=f"Save it as a smaller JPG or PNG, {AS_FILE}.",
        looks_right=lambda head: head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")),
    ),
    "voice": Limits(
        most=2 * MB,
        formats="an AMR recording",
        advice=f"Convert it to AMR of at most 60 seconds, {AS_FILE}.",
        looks_right=lambda head: head.startswith(b"#!AMR"),
    ),
    "video": Limits(
        most=10 * MB,
        formats="an MP4 video",
        advice=f"Convert it to a shorter or smaller MP4, {AS_FILE}.",
        looks_right=lambda head: head[4:8] == b"ftyp",
    ),
    "file": Limits(
        most=20 * MB,
        formats="a file",
        advice="Make it smaller, or send a link to it with send_text_card.",
        looks_right=lambda head: True,
    ),
}


def check(kind: str, path: Path) -> None:
    """Raise `ContentError` for a file that cannot be sent as this kind: "image", "voice", "video" or "file"."""
    if kind not in LIMITS:
        raise _refusal("There is no such kind of media.", "kind", f"Use one of {', '.join(LIMITS)}.", field="kind")
    limits = LIMITS[kind]
    try:
        with path.open("rb") as file:
            head, size = file.read(HEAD), path.stat().st_size
    except OSError as error:
        words = "A relative path counts from the folder in which the program runs; the program must be allowed to read."
        raise _refusal("There is no file here that can be read.", "missing", words) from error
    if size < SMALLEST:
        raise _refusal(f"The file has only {size} bytes.", "empty", "Check that it was written completely.")
    if size > limits.most:
        words = f"The file has {size / MB:.1f} MB; WeChat Work takes {limits.formats} of up to {limits.most // MB} MB."
        raise _refusal(words, "too_large", limits.advice)
    if not limits.looks_right(head):
        raise _refusal(f"The file is not {limits.formats}.", "format", limits.advice)


def _refusal(message: str, code: str, remedy: str, *, field: str = "file_path") -> ContentError:
    return ContentError(message, code=code, field=field, remedy=remedy)
