"""Style sheets, scripts and drawings of the emulator's pages."""

from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse

from wecom.emulator.conf import options

CONTENT_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


async def asset(_: HttpRequest, path: str) -> HttpResponse:
    """The file at this path below the folder of static files."""
    file = _assets().get(path)
    if file is None:
        raise Http404
    response = HttpResponse(file.read_bytes(), content_type=f"{CONTENT_TYPES[file.suffix]}; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@cache
def _assets() -> dict[str, Path]:
    """All files by path. Others are never looked up on disk, so that no path leads out of the folder."""
    folder = options().static_dir
    return {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.suffix in CONTENT_TYPES}
