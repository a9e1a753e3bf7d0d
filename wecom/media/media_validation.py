"""Checks files before an upload and after a download; an error says the flaw and the remedy.

Source: https://developer.work.weixin.qq.com/document/path/90253. Knows no framework.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from wecom.exceptions import ContentError

SMALLEST = 6  # bytes: the platform takes files of more than 5
MB = 2**20
HEAD = 12
PICTURES = {"PNG": ".png", "JPEG": ".jpg", "GIF": ".gif"}
ARTICLE_PICTURE = 2 * MB
MOST_PIXELS = 80_000_000
AMR = b"#!AMR\n"
AMR_FRAMES = (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0)  # bytes after the first of a frame, by its type


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of a kind of file. `looks_right` gets the first bytes."""

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


def check_upload(kind: str, path: Path, *, most: int = 0) -> None:
    """Raise `ContentError` for a file that cannot be sent as this kind: "image", "voice", "video" or "file".

    `most` is how many bytes it may have where that is more than the platform takes.
    """
    if kind not in LIMITS:
        raise _error("There is no such kind of media.", "kind", f"Use one of {', '.join(LIMITS)}.", field="kind")
    limits = LIMITS[kind]
    try:
        with path.open("rb") as file:
            head, size = file.read(HEAD), path.stat().st_size
    except OSError as error:
        fault = "A relative path counts from the folder in which the program runs; the program must be allowed to read."
        raise _error("There is no file here that can be read.", "missing", fault) from error
    if size < SMALLEST:
        raise _error(f"The file has only {size} bytes.", "empty", "Check that it was written completely.")
    if size > max(limits.most, most):
        taken = (
            f"up to {max(limits.most, most) // MB} MB can be sent"
            if most > limits.most
            else (f"WeChat Work takes {limits.formats} of up to {limits.most // MB} MB")
        )
        fault = f"The file has {size / MB:.1f} MB; {taken}."
        raise _error(fault, "too_large", limits.advice)
    if not limits.looks_right(head):
        raise _error(f"The file is not {limits.formats}.", "format", limits.advice)


def check_article_image(path: Path) -> None:
    """Raise `ContentError` for a file that cannot be a picture within an article: JPG or PNG of up to 2 MB."""
    check_upload("image", path)
    size = path.stat().st_size
    if size > ARTICLE_PICTURE:
        fault = f"The picture has {size / MB:.1f} MB; within an article WeChat Work takes {ARTICLE_PICTURE // MB} MB."
        raise _error(fault, "too_large", "Save it as a smaller JPG or PNG.")


def detect_suffix(kind: str, path: Path) -> str:
    """The ending that fits a file of this kind: ".jpg", ".png", ".amr", ".mp4". Never trusts a name.

    Raises `ContentError` for a file of another kind, or a broken one as far as that is cheap to see.
    """
    try:
        suffix = DETECTORS[kind](path)
    except (OSError, ValueError, SyntaxError, struct.error) as error:
        raise _error("The file is broken.", "format", "Ask for it again.") from error
    if not suffix:
        raise _error(f"The file is not {LIMITS[kind].formats}.", "format", "Ask for it again.")
    return suffix


def _image_suffix(path: Path) -> str:
    try:
        with Image.open(path) as picture:
            form, pixels = picture.format or "", picture.width * picture.height
            if pixels > MOST_PIXELS or form not in PICTURES:
                return ""
            picture.verify()
    except Image.DecompressionBombError:
        return ""
    return PICTURES[form]


def _voice_suffix(path: Path) -> str:
    data = path.read_bytes()
    if not data.startswith(AMR):
        return ""
    position = len(AMR)
    while position < len(data):
        position += 1 + AMR_FRAMES[data[position] >> 3 & 15]
    return ".amr" if position == len(data) > len(AMR) else ""


def _video_suffix(path: Path) -> str:
    """Whether it is made of boxes to its end, with an index and a content among them."""
    size, position, names = path.stat().st_size, 0, set()
    with path.open("rb") as file:
        while position < size:
            file.seek(position)
            length, name = struct.unpack(">I4s", file.read(8))
            if length == 1:
                (length,) = struct.unpack(">Q", file.read(8))
            names.add(name)
            if length == 0:
                break  # to the end of the file
            if length < 8 or (position == 0 and name != b"ftyp"):
                return ""
            position += length
    return ".mp4" if position <= size and {b"ftyp", b"moov", b"mdat"} <= names else ""


DETECTORS: dict[str, Callable[[Path], str]] = {
    "image": _image_suffix,
    "voice": _voice_suffix,
    "video": _video_suffix,
}


def _error(message: str, code: str, remedy: str, *, field: str = "file_path") -> ContentError:
    return ContentError(message, code=code, field=field, remedy=remedy)
