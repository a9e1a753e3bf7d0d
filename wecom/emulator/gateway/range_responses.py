"""Files as HTTP responses with byte ranges, which `media/get` and video players in a browser need."""

import re

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from wecom.emulator.gateway.endpoint_registry import File

RANGE = re.compile(r"bytes=(\d*)-(\d*)")
INLINE_TYPES = {"image/png", "image/jpeg", "video/mp4", "audio/amr", "audio/wav", "audio/mpeg"}


def range_response(request: HttpRequest, file: File, *, download: bool) -> HttpResponse:
    """The file (200), the requested range (206), or 416 for a range outside the file."""
    size = file.path.stat().st_size
    byte_range = _byte_range(request.headers.get("Range", ""), size)
    if byte_range is None:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    start, end, partial = byte_range
    with file.path.open("rb") as handle:
        handle.seek(start)
        response = HttpResponse(
            handle.read(end - start), content_type=file.content_type, status=206 if partial else 200
        )
    if partial:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    attachment = download or file.content_type not in INLINE_TYPES
    response["Content-Disposition"] = content_disposition_header(attachment, file.filename) or "inline"
    return response


def _byte_range(header: str, size: int) -> tuple[int, int, bool] | None:
    """Start, end (exclusive) and whether it is a part; None outside the file. Invalid headers are ignored."""
    match = RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return 0, size, False
    first, last = match.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    return (start, end, True) if start < end else None
