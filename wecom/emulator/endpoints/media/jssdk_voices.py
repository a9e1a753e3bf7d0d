"""`media/get/jssdk`: the clear copy (Speex, 16 kHz) of a voice that a page recorded with the JS-SDK, beside its AMR.

Source: https://developer.work.weixin.qq.com/document/path/90255. The emulator runs no pages. Upload both forms by the
control API to get the media ID that the page's `uploadVoice` would return.
"""

from pathlib import Path

from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, File, Upload, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.media import storage
from wecom.emulator.models import Corp, Media

SPEEX = "voice/speex"


@endpoint("media/get/jssdk", "GET")
def get(request: ApiRequest) -> Answer:
    """The clear copy. Raises `ApiError` 40007 for any other file."""
    row = storage.find_media(request.caller.corp, request.query.get("media_id", ""), kind="voice")
    if not _clear_path(row).exists():
        raise ApiError(40007)
    return File(path=_clear_path(row), filename=f"{Path(row.filename).stem}.speex", content_type=SPEEX)


def store_recording(corp: Corp, amr: Upload, speex: Upload) -> Media:
    """Store a voice in both forms."""
    row = storage.store_media(corp, "voice", amr)
    _clear_path(row).write_bytes(speex.data)
    return row


def _clear_path(row: Media) -> Path:
    return storage.path_of(row).with_name(f"{row.media_id}.speex")
