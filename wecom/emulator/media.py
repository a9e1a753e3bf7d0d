"""Temporary media (临时素材): upload with the platform's checks, download with ranges, three days of life."""

import secrets
from pathlib import Path
from typing import Any

from wecom.emulator import clock
from wecom.emulator.calls import Answer, File, Request, Upload, endpoint
from wecom.emulator.conf import options
from wecom.emulator.errors import ApiError
from wecom.emulator.models import Corp, Media

LIFETIME = 3 * 86400.0
SMALLEST = 5  # bytes; a file must be larger
AMR, AMR_WB = b"#!AMR\n", b"#!AMR-WB\n"
AMR_FRAMES = (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0)  # bytes after the header byte, by frame type
AMR_WB_FRAMES = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0)
FRAME_SECONDS = 0.02
VOICE_SECONDS = 60.0
LIMITS = {  # kind: most bytes, errcode above
    "image": (10 * 2**20, 40009),
    "voice": (2 * 2**20, 40006),
    "video": (10 * 2**20, 40011),
    "file": (20 * 2**20, 45001),
}
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


@endpoint("media/upload", "POST")
def upload(request: Request) -> Answer:
    """Keep a file for three days, for all applications of the company."""
    kind = request.query.get("type", "")
    if kind not in LIMITS:
        raise ApiError(40004)
    if request.upload is None:
        raise ApiError(41005)
    row = store(request.caller.corp, kind, request.upload)
    return {"type": kind, "media_id": row.media_id, "created_at": str(int(row.created_at))}


@endpoint("media/get", "GET")
def get(request: Request) -> Answer:
    """The file itself."""
    row = find(request.caller.corp, request.query.get("media_id", ""))
    return as_file(row)


def store(corp: Corp, kind: str, given: Upload) -> Media:
    """Check a file as the platform does and keep it. Raises `ApiError`."""
    content_type, seconds = inspect(kind, given)
    row = Media(
        corp=corp,
        media_id=secrets.token_urlsafe(48),
        kind=kind,
        filename=given.filename[:255],
        content_type=content_type,
        size=len(given.data),
        seconds=seconds,
        created_at=clock.now(),
    )
    folder = options().media_dir
    folder.mkdir(parents=True, exist_ok=True)
    path_of(row).write_bytes(given.data)
    row.save()
    return row


def find(corp: Corp, media_id: str, *, kind: str | None = None) -> Media:
    """A file that is still valid, of the kind asked for. Raises `ApiError` 40007."""
    row = Media.objects.filter(corp=corp, media_id=media_id).first()
    if row is None or row.created_at + LIFETIME <= clock.now() or (kind is not None and row.kind != kind):
        raise ApiError(40007)
    return row


def path_of(row: Media) -> Path:
    """Where the bytes are."""
    return options().media_dir / row.media_id


def as_file(row: Media) -> File:
    """The row as an answer."""
    return File(path=path_of(row), filename=row.filename, content_type=row.content_type)


def describe(row: Media) -> dict[str, Any]:
    """What a chat shows of a file."""
    return {
        "media_id": row.media_id,
        "media_url": f"/emulator/media/{row.media_id}",
        "filename": row.filename,
        "size": row.size,
        "seconds": row.seconds,
    }


def inspect(kind: str, given: Upload) -> tuple[str, float | None]:
    """Content type, and the length of a voice message. Raises `ApiError` for what the platform refuses."""
    data = given.data
    most, too_large = LIMITS[kind]
    if not data:
        raise ApiError(44001)
    if len(data) <= SMALLEST:
        raise ApiError(40006)
    if len(data) > most:
        raise ApiError(too_large)
    if kind == "image":
        return _image(data), None
    if kind == "voice":
        return "audio/amr", _voice(data)
    if kind == "video":
        if data[4:8] != b"ftyp":
            raise ApiError(40005, "only mp4 is supported")
        return "video/mp4", None
    return guess(given.filename), None


def guess(filename: str) -> str:
    """A content type that no browser runs: names may lie, so only plain kinds are told apart."""
    plain = {
        ".pdf": "application/pdf",
        ".txt": "text/plain",
        ".mp4": "video/mp4",
        ".wav": "audio/wav",
        ".mp3": "audio/mpeg",
    }
    return plain.get(Path(filename).suffix.lower(), "application/octet-stream")


def _image(data: bytes) -> str:
    if data.startswith(PNG):
        return "image/png"
    if data.startswith(JPEG):
        return "image/jpeg"
    raise ApiError(40123)


def _voice(data: bytes) -> float:
    wide = data.startswith(AMR_WB)
    if not wide and not data.startswith(AMR):
        raise ApiError(301017)
    sizes, position, frames = (AMR_WB_FRAMES, len(AMR_WB), 0) if wide else (AMR_FRAMES, len(AMR), 0)
    while position < len(data):
        position += 1 + sizes[data[position] >> 3 & 15]
        frames += 1
    seconds = frames * FRAME_SECONDS
    if seconds > VOICE_SECONDS:
        raise ApiError(45007)
    return seconds
