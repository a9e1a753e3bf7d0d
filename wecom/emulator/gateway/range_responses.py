"""Files over HTTP with byte ranges, which media/get and a browser's video player need."""

import re

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from wecom.emulator.gateway.registry import File

RANGE = re.compile(r"bytes=(\d*)-(\d*)")
MAY_SHOW = {"image/png", "image/jpeg", "video/mp4", "audio/amr", "audio/wav", "audio/mpeg"}


def respond(request: HttpRequest, file: File, *, download: bool) -> HttpResponse:
    """The file or the part asked for: 200, 206, or 416 for a range outside it."""
    size = file.path.stat().st_size
    span = _span(request.headers.get("Range", ""), size)
    if span is None:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    start, end, partial = span
    with file.path.open("rb") as handle:
        handle.seek(start)
        response = HttpResponse(
            handle.read(end - start), content_type=file.content_type, status=206 if partial else 200
        )
    if partial:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    attachment = download or file.content_type not in MAY_SHOW
    response["Content-Disposition"] = content_disposition_header(attachment, file.filename) or "inline"
    return response


def _span(header: str, size: int) -> tuple[int, int, bool] | None:
    """Start, end (exclusive) and whether it is a part; None where the part lies outside. Odd headers are ignored."""
    match = RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return 0, size, False
    first, last = match.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    return (start, end, True) if start < end else None
