"""Stored files: temporary media (临时素材) that expire after three days, and pictures of articles."""

import secrets
from pathlib import Path
from typing import Any

from wecom.emulator import clock
from wecom.emulator.conf import options
from wecom.emulator.gateway.endpoint_registry import File, Upload
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.media.formats import image_type, inspect_file
from wecom.emulator.models import Corp, Media, Picture

LIFETIME = 3 * 86400.0
LARGEST = 200 * 2**20  # bytes that a member can send, and that `media/upload_by_url` downloads


def store_media(
    corp: Corp, kind: str, upload: Upload, *, most: int = LARGEST, by_member: bool = False, by_url: bool = False
) -> Media:
    """Check a file as the platform does, and store it. Raises `ApiError`.

    `most` limits its size in bytes. The platform keeps files that members send encrypted.
    """
    content_type, seconds = inspect_file(kind, upload.data, upload.filename, most=most)
    row = Media(
        sealed=by_member,
        by_url=by_url,
        corp=corp,
        media_id=secrets.token_urlsafe(48),
        kind=kind,
        filename=upload.filename[:255],
        content_type=content_type,
        size=len(upload.data),
        seconds=seconds,
        created_at=clock.now(),
    )
    _write(path_of(row), upload.data)
    row.save()
    return row


def find_media(corp: Corp, media_id: str, *, kind: str | None = None) -> Media:
    """A file that has not expired, of the given type. Raises `ApiError` 40007."""
    row = Media.objects.filter(corp=corp, media_id=media_id).first()
    if row is None or row.created_at + LIFETIME <= clock.now():
        raise ApiError(40007)
    if kind is not None and (row.kind != kind or row.by_url):
        raise ApiError(40007)
    return row


def path_of(row: Media) -> Path:
    """Where the file lies."""
    return options().media_dir / row.media_id


def media_file(row: Media) -> File:
    """The file as an answer."""
    return File(path=path_of(row), filename=row.filename, content_type=row.content_type)


def media_fields(row: Media) -> dict[str, Any]:
    """The fields of a message that shows the file."""
    return {
        "media_id": row.media_id,
        "media_url": f"/emulator/media/{row.media_id}",
        "filename": row.filename,
        "size": row.size,
        "seconds": row.seconds,
    }


def store_picture(corp: Corp, data: bytes) -> Picture:
    """Store a picture of an article. Raises `ApiError` 40123 unless it is PNG or JPEG."""
    name, content_type = secrets.token_urlsafe(32), image_type(data)
    row = Picture.objects.create(corp=corp, name=name, content_type=content_type, created_at=clock.now())
    _write(options().media_dir / row.name, data)
    return row


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
