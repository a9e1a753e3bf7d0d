"""Media on its way to the platform: uploaded once per content, kept for less than three days, healed when forgotten."""

import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from openuser.lib import crash
from openuser.lib.exceptions import TemporaryError
from openuser.lib.work import GIVES_WAY_AFTER_ATTEMPTS, LeaseLost
from wecom import auth, client
from wecom.exceptions import ConfigurationError, TokenRejected, WeComError
from wecom.models import Outbound, Upload

logger = logging.getLogger(__name__)


def deliver(pk: int, *, now: datetime | None = None) -> None:
    """Upload a file and wake the messages that wait for it. People do not see uploads, so one may be repeated."""
    upload = Upload.claim(pk, now=now)
    if upload is None:
        return
    crash.point("upload.claimed")
    try:
        _deliver(upload)
    except LeaseLost:
        logger.info("Somebody else uploads this file.", extra={"upload": upload.pk})


def want(upload: Upload) -> None:
    """A message waits for it: queue it again where its media ID has expired."""
    if not upload.restart():
        upload.wake()


def forget(upload: Upload) -> None:
    """The platform no longer knows this media ID."""
    Upload.objects.filter(pk=upload.pk).update(media_id="", expires_at=None)
    upload.restart()


def _deliver(upload: Upload) -> None:
    try:
        media_id = _call(upload)
    except OSError:
        _settle(upload, Upload.Status.FAILED, "file_unreadable")
    except WeComError as error:
        _react(upload, error)
    else:
        crash.point("upload.called")
        expires = timezone.now() + Upload.valid_for
        _settle(upload, Upload.Status.DONE, media_id=media_id, expires_at=expires)


def _call(upload: Upload) -> str:
    application, base_url = upload.application, upload.application.api_base_url
    file = Path(default_storage.path(upload.path))
    answer = auth.with_token(
        application,
        lambda token: client.upload(base_url, file, upload.filename, access_token=token, type=upload.kind),
    )
    return client.word(answer, "media_id")


def _react(upload: Upload, error: WeComError) -> None:
    if isinstance(error, ConfigurationError):
        auth.hold(upload.application, error)
        upload.postpone(timezone.now() + auth.HELD_FOR, Outbound.Reason.HELD, burn=False)
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
