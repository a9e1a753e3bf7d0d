"""Formats and limits of uploaded files, as the platform checks them. Knows bytes only, no rows.

Source: https://developer.work.weixin.qq.com/document/path/90253.
"""

import struct
import zlib
from pathlib import Path

from wecom.emulator.gateway.error_codes import ApiError

SMALLEST = 5  # bytes; a file must be larger
AMR, AMR_WB = b"#!AMR\n", b"#!AMR-WB\n"
AMR_FRAMES = (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0)  # bytes after the header byte, by frame type
AMR_WB_FRAMES = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0)
FRAME_SECONDS = 0.02
LONGEST_VOICE = 60.0  # seconds
TOO_LARGE = {"image": 40009, "voice": 40006, "video": 40011, "file": 45001}  # error codes by type of media
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
# Types by suffix that a browser shows without running anything: a file's name may be wrong.
CONTENT_TYPES = {
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".mp4": "video/mp4",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
}


def inspect_file(kind: str, data: bytes, filename: str, *, most: int) -> tuple[str, float | None]:
    """The content type, and the length of a voice message in seconds. Raises `ApiError` as the platform does."""
    if not data:
        raise ApiError(44001)
    if len(data) <= SMALLEST:
        raise ApiError(40006)
    if len(data) > most:
        raise ApiError(TOO_LARGE[kind])
    if kind == "image":
        return image_type(data), None
    if kind == "voice":
        return "audio/amr", _voice_seconds(data)
    if kind == "video":
        if data[4:8] != b"ftyp":
            raise ApiError(40005, "only mp4 is supported")
        return "video/mp4", None
    return CONTENT_TYPES.get(Path(filename).suffix.lower(), "application/octet-stream"), None


def image_type(data: bytes) -> str:
    """The content type of a picture. Raises `ApiError` 40123 unless it is PNG or JPEG."""
    if data.startswith(PNG):
        return "image/png"
    if data.startswith(JPEG):
        return "image/jpeg"
    raise ApiError(40123)


def _voice_seconds(data: bytes) -> float:
    wide_band = data.startswith(AMR_WB)
    if not wide_band and not data.startswith(AMR):
        raise ApiError(301017)
    sizes, position, frames = (AMR_WB_FRAMES, len(AMR_WB), 0) if wide_band else (AMR_FRAMES, len(AMR), 0)
    while position < len(data):
        position += 1 + sizes[data[position] >> 3 & 15]
        frames += 1
    seconds = frames * FRAME_SECONDS
    if seconds > LONGEST_VOICE:
        raise ApiError(45007)
    return seconds


def blank_png() -> bytes:
    """A picture of one grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return PNG + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b"")
