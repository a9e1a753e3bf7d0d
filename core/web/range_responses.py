"""File responses with HTTP ranges, so that players can seek in a video."""

import mimetypes
import re
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import http_date

from core.web import content_policy

RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
CHUNK = 64 * 1024
# The media type of captions differs between systems.
CONTENT_TYPES = {".srt": "application/x-subrip"}


def serve(request: HttpRequest, file: Path) -> HttpResponseBase:
    """A file or the requested range; 416 for a range outside of it. With MEDIA_ACCEL, nginx sends the file instead."""
    kind = CONTENT_TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    response = _by_proxy(file, kind) if settings.MEDIA_ACCEL else _by_django(request, file, kind)
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["Content-Security-Policy"] = content_policy.FILE
    return response


def _by_proxy(file: Path, kind: str) -> HttpResponseBase:
    name = quote(file.relative_to(settings.MEDIA_ROOT).as_posix())
    return HttpResponse(content_type=kind, headers={"X-Accel-Redirect": f"{settings.MEDIA_ACCEL.rstrip('/')}/{name}"})


def _by_django(request: HttpRequest, file: Path, kind: str) -> HttpResponseBase:
    size = file.stat().st_size
    span = _span(request.headers.get("Range", ""), size)
    response: HttpResponseBase
    if span is None:
        response = FileResponse(file.open("rb"), content_type=kind)
        response.block_size = CHUNK
    elif span[0] > span[1]:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        first, last = span
        response = StreamingHttpResponse(_read(file.open("rb"), first, last), status=206, content_type=kind)
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        response.headers["Content-Length"] = str(last - first + 1)
    if isinstance(request, ASGIRequest) and isinstance(response, StreamingHttpResponse):
        response.streaming_content = _in_threads(response.streaming_content)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Last-Modified"] = http_date(file.stat().st_mtime)
    return response


def _span(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range; None for the whole file; first > last for an unsatisfiable range."""
    match = RANGE.fullmatch(header.strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        return (size - length, size - 1) if length else (1, 0)
    if int(first) >= size:
        return 1, 0
    return int(first), min(int(last), size - 1) if last else size - 1


def _read(file: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


async def _in_threads(chunks: Any) -> AsyncIterator[bytes]:
    """The chunks, each read when it is sent: Django reads all of a plain iterator before the first byte goes out."""
    read: Any = sync_to_async(partial(next, chunks, b""), thread_sensitive=False)
    while chunk := await read():
        yield chunk
