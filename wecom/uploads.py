"""Media on its way to the platform: uploaded once per content, kept for less than three days, healed when forgotten."""

import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from openuser.lib import crash
from openuser.lib.work import LeaseLost
from wecom import auth, client
from wecom.exceptions import ApiError, BusyError, ConfigurationError, TokenRejected, WeComError
from wecom.models import Outbound, Upload
from wecom.signals import outbound_settled

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


def want(upload: Upload, now: datetime) -> None:
    """A message needs it: queue it again where its media ID has expired or the upload had failed."""
    if upload.is_finished and not upload.is_usable(now):
        upload.restart()
    else:
        upload.wake()


def forget(upload: Upload) -> None:
    """The platform no longer knows this media ID."""
    Upload.objects.filter(pk=upload.pk).update(media_id="", expires_at=None)
    upload.restart()


def _deliver(upload: Upload) -> None:
    try:
        media_id = _call(upload)
    except FileNotFoundError:
        _fail(upload, "file_missing")
    except WeComError as error:
        _react(upload, error)
    else:
        crash.point("upload.called")
        with transaction.atomic():
            expires = timezone.now() + Upload.valid_for
            upload.settle(Upload.Status.DONE, media_id=media_id, expires_at=expires)
            _waiting(upload).update(due_at=timezone.now(), woken_at=None)
            for outbound in _waiting(upload):
                outbound.wake()


def _call(upload: Upload) -> str:
    application = upload.application
    token = auth.access_token(application)
    file = Path(default_storage.path(upload.path))
    try:
        answer = client.upload(application.api_base_url, file, upload.filename, access_token=token, type=upload.kind)
    except TokenRejected:
        token = auth.access_token(application, rejected=token)
        answer = client.upload(application.api_base_url, file, upload.filename, access_token=token, type=upload.kind)
    return str(answer["media_id"])


def _react(upload: Upload, error: WeComError) -> None:
    final = isinstance(error, ApiError) and not isinstance(error, BusyError | ConfigurationError | TokenRejected)
    if final or upload.attempts >= upload.max_attempts:
        _fail(upload, f"refused_{error.code}"[:40])
    else:
        burn = not isinstance(error, ConfigurationError)
        upload.postpone(timezone.now() + timedelta(seconds=min(3 * 2**upload.attempts, 300)), "busy", burn=burn)


def _fail(upload: Upload, reason: str) -> None:
    with transaction.atomic():
        upload.settle(Upload.Status.FAILED, reason)
        for outbound in _waiting(upload):
            if outbound.cancel("upload_failed"):
                outbound_settled.send(Outbound, outbound=outbound)


def _waiting(upload: Upload) -> QuerySet[Outbound]:
    return Outbound.objects.filter(upload=upload, status=Outbound.Status.QUEUED, body=None)
