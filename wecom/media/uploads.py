"""Uploads to the platform: once per content, kept for less than three days, renewed if the platform forgets them."""

import hashlib
import logging
import secrets
import time
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from core.work import crash_points
from core.work.base import LeaseLost
from wecom.exceptions import (
    BusyError,
    ContentError,
    WeComError,
)
from wecom.media import media_validation, upload_worker
from wecom.models import Application, Upload
from wecom.models.outbox import PLACEHOLDER
from wecom.signals import video_too_large

logger = logging.getLogger(__name__)

FOLDER = "uploads"

OWN_FOLDERS = (FOLDER, "desk")  # their files belong to uploads alone; the second has what operators send

LONGEST_NAME = 128

PATIENCE = 60.0  # seconds to wait for another process that uploads the same

POLL, FITTING_POLL = 0.1, 0.4


def run_upload(pk: int, *, now: datetime | None = None) -> None:
    """Upload a file and wake the messages that wait for it. People do not see uploads, so one may be repeated."""
    upload = Upload.claim(pk, now=now)
    if upload is None:
        return
    crash_points.point("upload.claimed")
    try:
        upload_worker.perform(upload)
    except LeaseLost:
        logger.info("Another worker uploads this file.", extra={"upload": upload.pk})
    except (OSError, WeComError) as error:
        code = error.code if isinstance(error, WeComError) else "file_unreadable"
        logger.warning("A file was not uploaded.", extra={"upload": upload.pk, "code": code})


@transaction.atomic
def ensure_upload(
    application: Application, *, kind: str, path: Path, name: str, filename: str, cid: str = ""
) -> Upload:
    """The upload of these bytes, queued if the platform lacks them; `name` is their file in the media storage."""
    upload, created = Upload.objects.get_or_create(
        corporation=application.corporation,
        kind=kind,
        sha256=_digest(path),
        copy=0,
        defaults={
            "application": application,
            "path": name,
            "filename": filename,
            "size": path.stat().st_size,
            "cid": cid,
        },
    )
    if not created and upload.is_finished and not upload.is_usable(timezone.now()):
        before = upload.path
        _restart(upload, application=application, path=name, filename=filename)
        if before != name:
            _delete_unused(before)
    if created:
        upload.wake()
    return upload


@transaction.atomic
def accept_upload(application: Application, *, kind: str, file: File[bytes], cid: str = "") -> Upload:
    """The upload of a file that a caller gave, which is copied; raises `ContentError` for an unusable one."""
    filename = Path(file.name or kind).name
    suffix = Path(filename).suffix[:20]
    name = default_storage.save(f"{FOLDER}/{secrets.token_hex(16)}{suffix}", file)
    path = Path(default_storage.path(name))
    try:
        media_validation.check_upload(kind, path, most=_size_limit(kind))
        shown = filename.removesuffix(suffix)[: LONGEST_NAME - len(suffix)] + suffix
        upload = ensure_upload(application, kind=kind, path=path, name=name, filename=shown, cid=cid)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if upload.path != name:
        path.unlink(missing_ok=True)
    return upload


def upload_now(application: Application, *, kind: str, file_path: str | Path) -> str:
    """Upload a file now, unless the platform has it; its media ID. Later sends of the file share it and renew it.

    Raises `ContentError`, before any call, for a file that the platform would refuse, and `WeComError` for its answer.
    """
    return _wait_for_media_id(start_upload(application, kind=kind, file_path=file_path))


def start_upload(application: Application, *, kind: str, file_path: str | Path) -> Upload:
    """The upload of a file, of which a copy is kept. Raises `ContentError` for one that the platform would refuse."""
    path = Path(file_path)
    media_validation.check_upload(kind, path, most=_size_limit(kind))
    return _get_or_create(application, kind, path)


def poll_media_id(upload: Upload) -> str | None:
    """The media ID, uploaded now unless another process does; None while it is compressed, or uploaded elsewhere.

    For a video that can only be a link it is a name that our own functions understand. Raises `WeComError`.
    """
    claimed = Upload.claim(upload.pk, now=max(timezone.now(), upload.due_at))
    if claimed is not None:
        upload_worker.perform(claimed)
    upload.refresh_from_db()
    if upload.is_usable(timezone.now()):
        return upload.media_id or upload.placeholder
    if upload.is_finished:
        remedy = "See the upload in the admin; the log may say more."
        raise WeComError("The file could not be uploaded.", code=upload.reason or "upload_failed", remedy=remedy)
    return None


def find_by_media_id(application: Application, *, kind: str, media_id: str) -> Upload | None:
    """The upload that gave this media ID, queued again if it has expired; None for an ID that we did not upload.

    Raises `ContentError` if it was uploaded as another kind, which the platform refuses.
    """
    ours, pk = Upload.objects.filter(corporation=application.corporation), media_id.removeprefix(PLACEHOLDER)
    named = pk != media_id and pk.isdecimal()
    upload = (ours.filter(pk=int(pk)) if named else ours.filter(media_id=media_id)).first()
    if upload is None:
        return None
    if upload.kind != kind:
        fault = f"This media ID is of kind {upload.kind}, not {kind}."
        remedy = f"Upload the file with upload_{kind}, or send it with send_{upload.kind}_message."
        raise ContentError(fault, code="kind", field="media_id", remedy=remedy)
    if upload.is_finished and not upload.is_usable(timezone.now()):
        upload.restart()
    return upload


@transaction.atomic
def get_or_create_copy(upload: Upload, number: int) -> Upload:
    """The same bytes uploaded once more: its media ID makes a message that is equal in all else another one."""
    same = {"corporation": upload.corporation, "kind": upload.kind, "sha256": upload.sha256}
    fields = {name: getattr(upload, name) for name in ("application", "path", "filename", "size", "cid")}
    copy, created = Upload.objects.get_or_create(**same, copy=number, defaults=fields)
    if created:
        copy.wake()
    elif copy.is_finished and not copy.is_usable(timezone.now()):
        _restart(copy, path=upload.path, filename=upload.filename)
    return copy


def requeue(upload: Upload) -> None:
    """A message waits for it: queue it again if its media ID has expired."""
    if not upload.restart():
        upload.wake()


def mark_expired(upload: Upload) -> None:
    """The platform no longer knows this media ID."""
    Upload.objects.filter(pk=upload.pk).update(media_id="", expires_at=None)
    upload.restart()


def _get_or_create(application: Application, kind: str, path: Path) -> Upload:
    """The row of these bytes; a new one copies the file, so it can be renewed after the caller deletes theirs."""
    digest, filename = _digest(path), path.stem[: LONGEST_NAME - 20] + path.suffix[:20]
    rows = Upload.objects.filter(corporation=application.corporation, kind=kind, sha256=digest, copy=0)
    upload = rows.first()
    if upload is None:
        name = _store_copy(path)
        defaults = {"application": application, "path": name, "filename": filename, "size": path.stat().st_size}
        upload, created = rows.get_or_create(
            corporation=application.corporation, kind=kind, sha256=digest, copy=0, defaults=defaults
        )
        if created:
            return upload
    # Only a file shows its name: under another one the platform must get it again.
    renamed = kind == Upload.Kind.FILE and upload.filename != filename
    if upload.is_finished and (renamed or not upload.is_usable(timezone.now())):
        name = upload.path if upload.path and default_storage.exists(upload.path) else _store_copy(path)
        fields = {"media_id": "", "expires_at": None} if renamed else {}
        _restart(upload, application=application, path=name, filename=filename, **fields)
    return upload


def _restart(upload: Upload, **fields: object) -> None:
    Upload.objects.filter(pk=upload.pk).update(**fields)
    upload.restart(**fields)


def _delete_unused(name: str) -> None:
    """Delete the file of an earlier upload of the same bytes, unless another row has it or it belongs to no upload."""
    if name.partition("/")[0] in OWN_FOLDERS and not Upload.objects.filter(path=name).exists():
        transaction.on_commit(partial(default_storage.delete, name), robust=True)


def _store_copy(path: Path) -> str:
    """The name of the file in the media storage: its own where it is there, else that of a copy."""
    root = Path(settings.MEDIA_ROOT).resolve()
    if path.resolve().is_relative_to(root):
        return path.resolve().relative_to(root).as_posix()
    with path.open("rb") as file:
        return default_storage.save(f"{FOLDER}/{secrets.token_hex(16)}{path.suffix[:20]}", File(file))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size_limit(kind: str) -> int:
    """Bytes of the largest file of this kind that we accept; 0 for the platform's own limit."""
    fits = kind == Upload.Kind.VIDEO and video_too_large.has_listeners(Upload)
    return int(settings.WECOM["VIDEO_COMPRESS_MAX"]) if fits else 0


def _wait_for_media_id(upload: Upload) -> str:
    """The media ID, uploaded by this process or by one that has already started."""
    deadline = time.monotonic() + wait_limit(upload)
    while (media_id := poll_media_id(upload)) is None:
        if time.monotonic() > deadline:
            raise timeout_error(upload)
        time.sleep(FITTING_POLL if upload.reason == Upload.Reason.FITTING else POLL)
    return media_id


def wait_limit(upload: Upload) -> float:
    """Seconds to wait for its media ID."""
    return float(settings.WECOM["VIDEO_COMPRESS_TIMEOUT"]) if upload_worker.needs_compression(upload) else PATIENCE


def timeout_error(upload: Upload) -> BusyError:
    """The error to raise after that time."""
    if upload.reason == Upload.Reason.FITTING:
        remedy = "See that a render worker runs, and send it again: what is made meanwhile is not lost."
        return BusyError("The video is still being made smaller.", code="fitting_timeout", remedy=remedy)
    return BusyError("Another worker is uploading this file and does not finish.", code="upload_timeout")
