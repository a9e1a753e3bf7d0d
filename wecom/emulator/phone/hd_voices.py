"""Voices that a page recorded with the JS-SDK: beside the AMR of all voices, they have a clear copy in Speex of 16 kHz.

Source: https://developer.work.weixin.qq.com/document/path/90255. No page runs here: whoever tests one brings both
forms to the control API, and gets the media ID that the page's `uploadVoice` would.
"""

from pathlib import Path

from wecom.emulator import media
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.json_views import Control, ControlError, Result
from wecom.emulator.gateway.registry import Answer, File, Request, endpoint
from wecom.emulator.models import Media

SPEEX = "voice/speex"


@endpoint("media/get/jssdk", "GET")
def get(request: Request) -> Answer:
    """The clear copy. Raises `ApiError` 40007 for every other file."""
    row = media.find(request.caller.corp, request.query.get("media_id", ""), kind="voice")
    if not _path(row).exists():
        raise ApiError(40007)
    return File(path=_path(row), filename=f"{Path(row.filename).stem}.speex", content_type=SPEEX)


def bring(control: Control) -> Result:
    """Two files, the AMR first: what a page has recorded."""
    if len(control.uploads) != 2:
        raise ControlError("bring two files: the voice as AMR, then as Speex")
    ordinary, clear = control.uploads
    row = media.store(control.app().corp, "voice", ordinary)
    _path(row).write_bytes(clear.data)
    return {"media_id": row.media_id, "seconds": row.seconds}


def _path(row: Media) -> Path:
    return media.path_of(row).with_name(f"{row.media_id}.speex")
