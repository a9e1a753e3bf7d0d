"""`media/upload` and `media/get` for temporary media, `media/uploadimg` for pictures of articles.

Sources: https://developer.work.weixin.qq.com/document/path/90253, 90254 and 90256.
"""

import re

from wecom.emulator import clock, platform_quirks
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.media import storage
from wecom.emulator.media.formats import SMALLEST, TOO_LARGE
from wecom.emulator.models import Media, Picture

LARGEST_RANGE = 20 * 2**20  # bytes; larger files must be downloaded in ranges of at most this
BLOCK = 16  # bytes; ranges of files that are kept encrypted are multiples of it
LARGEST_PICTURE = 2 * 2**20
PICTURES = {86400.0: 1000, 30 * 86400.0: 3000}  # pictures that a company may upload, by seconds
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@endpoint("media/upload", "POST")
def upload(request: ApiRequest) -> Answer:
    """Store a file for three days, for all applications of the company."""
    kind = request.query.get("type", "")
    if kind not in TOO_LARGE:
        raise ApiError(40004)
    if request.upload is None:
        raise ApiError(41005)
    most = getattr(platform_quirks.rules_of(request.caller.pk), f"{kind}_bytes")
    row = storage.store_media(request.caller.corp, kind, request.upload, most=most)
    return {"type": kind, "media_id": row.media_id, "created_at": str(int(row.created_at))}


@endpoint("media/get", "GET")
def get(request: ApiRequest) -> Answer:
    """The file, or the requested range of it. Raises `ApiError` 830002 and 40146 for an invalid range."""
    row = storage.find_media(request.caller.corp, request.query.get("media_id", ""))
    _check_range(row, request.range)
    return storage.media_file(row)


def _check_range(row: Media, header: str) -> None:
    requested = RANGE.fullmatch(header.strip())
    if requested is None or not requested[1]:
        if row.size > LARGEST_RANGE:
            raise ApiError(830002)
        return
    first, last = int(requested[1]), int(requested[2] or row.size - 1)
    if min(last, row.size - 1) - first + 1 > LARGEST_RANGE:
        raise ApiError(830002)
    to_end = last + 1 >= row.size
    if row.sealed and (first % BLOCK or (not to_end and (last + 1 - first) % BLOCK)):
        raise ApiError(40146)


@endpoint("media/uploadimg", "POST")
def upload_picture(request: ApiRequest) -> Answer:
    """Store a picture for the text of an article, permanently."""
    if request.upload is None:
        raise ApiError(41005)
    corp, data, now = request.caller.corp, request.upload.data, clock.now()
    if not data:
        raise ApiError(44001)
    if not SMALLEST < len(data) <= LARGEST_PICTURE:
        raise ApiError(40009)
    for seconds, most in PICTURES.items():
        if Picture.objects.filter(corp=corp, created_at__gt=now - seconds).count() >= most:
            raise ApiError(45009)
    row = storage.store_picture(corp, data)
    return {"url": f"{request.base_url}/emulator/pictures/{row.name}"}
