"""One upload, called and settled; a video that is too large is compressed first.

A receiver of `video_too_large` compresses it. If that fails, it is uploaded as a file. One that is too large for a file
is not uploaded: its messages become cards that link to a page.
"""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from core.exceptions import TemporaryError
from core.work import crash_points
from core.work.base import GIVES_WAY_AFTER_ATTEMPTS
from wecom.client import api, application_hold, outages, transport
from wecom.exceptions import (
    ConfigurationError,
    LimitedError,
    TokenRejected,
    WeComError,
)
from wecom.media import media_validation
from wecom.models import Outbound, Upload
from wecom.signals import video_too_large

LOOK_AGAIN = timedelta(seconds=60)  # at a video that is being compressed, in case the signal is lost


def media_size_limit(kind: str) -> int:
    """Maximum bytes of a file of this kind: "image", "voice", "video" or "file"."""
    most = media_validation.LIMITS[kind].most
    return min(most, int(settings.WECOM["MEDIA_LIMITS"].get(kind, most)))


def compression_done(upload: Upload, *, name: str) -> bool:
    """A video was compressed: this file of the media storage replaces it. False if no upload waits for it."""
    return _resume(upload, path=name, size=default_storage.size(name))


def compression_failed(upload: Upload) -> bool:
    """Compression failed: the video goes out as a file, else as a link. False if no upload waits for it."""
    size = default_storage.size(upload.path)
    return _resume(upload, form=Upload.Form.FILE if size <= media_size_limit(Upload.Kind.FILE) else Upload.Form.LINK)


def needs_compression(upload: Upload) -> bool:
    """Whether it is a video whose form is not decided yet."""
    if upload.kind != Upload.Kind.VIDEO or upload.form or not default_storage.exists(upload.path):
        return False
    return default_storage.size(upload.path) > media_size_limit(upload.kind)


@transaction.atomic
def _request_compression(upload: Upload) -> None:
    upload.postpone(timezone.now() + LOOK_AGAIN, Upload.Reason.FITTING, count_attempt=False)
    video_too_large.send(Upload, upload=upload, limit=media_size_limit(upload.kind))


def _resume(upload: Upload, **fields: object) -> bool:
    now = {"due_at": timezone.now(), "woken_at": None, "reason": ""}
    waiting = Upload.objects.filter(pk=upload.pk, status=Upload.Status.QUEUED, reason=Upload.Reason.FITTING)
    if not waiting.update(**now, **fields):
        return False
    upload.wake()
    return True


def perform(upload: Upload) -> None:
    """Call and settle. Raises errors after the row was put back or has failed."""
    if upload.form == Upload.Form.LINK:
        _settle(upload, Upload.Status.DONE)
        return
    if needs_compression(upload):
        _request_compression(upload)
        return
    if not outages.may_call(upload.application, timezone.now()):
        outages.postpone(upload, upload.application, Upload.Reason.UNREACHABLE, tried=False)
        return
    try:
        media_id = _call(upload)
    except OSError:
        _settle(upload, Upload.Status.FAILED, "file_unreadable")
        raise
    except WeComError as error:
        _handle_error(upload, error)
        raise
    crash_points.point("upload.called")
    expires = timezone.now() + Upload.valid_for
    _settle(upload, Upload.Status.DONE, media_id=media_id, expires_at=expires)


def _call(upload: Upload) -> str:
    file = Path(default_storage.path(upload.path))
    kind = upload.form or upload.kind
    answer = api.upload(upload.application, "media/upload", file, upload.filename, type=kind)
    return transport.text_field(answer, "media_id")


def _handle_error(upload: Upload, error: WeComError) -> None:
    if isinstance(error, ConfigurationError):
        application_hold.hold(upload.application, error)
        upload.postpone(timezone.now() + application_hold.HELD_FOR, Outbound.Reason.HELD, count_attempt=False)
    elif isinstance(error, LimitedError) and error.until is not None:
        upload.postpone(error.until, Outbound.Reason.QUOTA, count_attempt=False)
    elif outages.is_outage(error) and outages.is_open(upload.application):
        outages.postpone(upload, upload.application, Upload.Reason.UNREACHABLE, tried=True)
    elif upload.attempts >= upload.max_attempts or not isinstance(error, TemporaryError | TokenRejected):
        _settle(upload, Upload.Status.FAILED, f"refused_{error.code}"[:40])
    else:
        upload.postpone(timezone.now() + timedelta(seconds=min(3 * 2**upload.attempts, 300)), Outbound.Reason.BUSY)
        if upload.attempts >= GIVES_WAY_AFTER_ATTEMPTS:
            for outbound in upload.waiting():
                outbound.give_way()


@transaction.atomic
def _settle(upload: Upload, status: Upload.Status, reason: str = "", **fields: object) -> None:
    upload.settle(status, reason, **fields)
    upload.wake_waiting()
