"""Temporary media (临时素材): upload with the platform's checks, download with ranges, three days of life."""

import re
import secrets
from pathlib import Path
from typing import Any

from wecom.emulator import clock, platform_quirks
from wecom.emulator.conf import options
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.registry import Answer, File, Request, Upload, endpoint
from wecom.emulator.models import Corp, Media, Picture

LIFETIME = 3 * 86400.0
SMALLEST = 5  # bytes; a file must be larger
AMR, AMR_WB = b"#!AMR\n", b"#!AMR-WB\n"
AMR_FRAMES = (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0)  # bytes after the header byte, by frame type
AMR_WB_FRAMES = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0)
FRAME_SECONDS = 0.02
VOICE_SECONDS = 60.0
TOO_LARGE = {"image": 40009, "voice": 40006, "video": 40011, "file": 45001}  # how much that is, `rules` say
PIECE = 20 * 2**20  # bytes: what is larger comes in ranges of at most this
BLOCK = 16  # bytes, of files that are kept encrypted
LARGEST = 200 * 2**20  # what a member can send, and what upload_by_url takes
PICTURE = 2 * 2**20
PICTURES = {86400.0: 1000, 30 * 86400.0: 3000}  # seconds: how many pictures of articles a company may upload in them
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


@endpoint("media/upload", "POST")
def upload(request: Request) -> Answer:
    """Keep a file for three days, for all applications of the company."""
    kind = request.query.get("type", "")
    if kind not in TOO_LARGE:
        raise ApiError(40004)
    if request.upload is None:
        raise ApiError(41005)
    most = getattr(platform_quirks.of(request.caller.pk), f"{kind}_bytes")
    row = store(request.caller.corp, kind, request.upload, most=most)
    return {"type": kind, "media_id": row.media_id, "created_at": str(int(row.created_at))}


@endpoint("media/get", "GET")
def get(request: Request) -> Answer:
    """The file, or the range of it that is asked for. Raises `ApiError` 830002 and 40146 for a range that is none."""
    row = find(request.caller.corp, request.query.get("media_id", ""))
    check_range(row, request.range)
    return as_file(row)


@endpoint("media/uploadimg", "POST")
def uploadimg(request: Request) -> Answer:
    """Keep a picture for the text of an article, for good."""
    if request.upload is None:
        raise ApiError(41005)
    corp, data, now = request.caller.corp, request.upload.data, clock.now()
    if not data:
        raise ApiError(44001)
    if not SMALLEST < len(data) <= PICTURE:
        raise ApiError(40009)
    for seconds, most in PICTURES.items():
        if Picture.objects.filter(corp=corp, created_at__gt=now - seconds).count() >= most:
            raise ApiError(45009)
    row = Picture.objects.create(corp=corp, name=secrets.token_urlsafe(32), content_type=_image(data), created_at=now)
    folder = options().media_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / row.name).write_bytes(data)
    return {"url": f"{request.base_url}/emulator/pictures/{row.name}"}


def check_range(row: Media, header: str) -> None:
    """Large files come in pieces only, and those that are kept encrypted in whole blocks."""
    asked = RANGE.fullmatch(header.strip())
    if asked is None or not asked[1]:
        if row.size > PIECE:
            raise ApiError(830002)
        return
    first, last = int(asked[1]), int(asked[2] or row.size - 1)
    if min(last, row.size - 1) - first + 1 > PIECE:
        raise ApiError(830002)
    ends = last + 1 >= row.size
    if row.sealed and (first % BLOCK or (not ends and (last + 1 - first) % BLOCK)):
        raise ApiError(40146)


def store(
    corp: Corp, kind: str, given: Upload, *, most: int | None = None, by_member: bool = False, by_url: bool = False
) -> Media:
    """Check a file as the platform does and keep it. Raises `ApiError`.

    What members send may be larger than the `most` of what applications upload, and is kept encrypted; so is what was
    fetched.
    """
    content_type, seconds = inspect(kind, given, most=most or LARGEST)
    row = Media(
        sealed=by_member,
        by_url=by_url,
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
    if row is None or row.created_at + LIFETIME <= clock.now():
        raise ApiError(40007)
    if kind is not None and (row.kind != kind or row.by_url):
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


def inspect(kind: str, given: Upload, *, most: int) -> tuple[str, float | None]:
    """Content type, and the length of a voice message. Raises `ApiError` for what the platform refuses."""
    data = given.data
    if not data:
        raise ApiError(44001)
    if len(data) <= SMALLEST:
        raise ApiError(40006)
    if len(data) > most:
        raise ApiError(TOO_LARGE[kind])
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
