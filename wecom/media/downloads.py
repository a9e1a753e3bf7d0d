"""Downloads of members' files: fetched in ranges, checked, kept under an unguessable name.

Source: https://developer.work.weixin.qq.com/document/path/90254. Pieces are multiples of 16 bytes (40146), of
at most 20 MB (830002). A picture's public address (PicUrl) is never called: it can be forged.
"""

import hashlib
import logging
import secrets
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from core.exceptions import TemporaryError
from core.storage import local_copies
from core.work import crash_points
from core.work.base import LeaseLost
from wecom.client import api, retry_policy
from wecom.client.transport import FilePart
from wecom.exceptions import BusyError, ContentError, MediaExpired, WeComError
from wecom.media import media_validation
from wecom.models import Application, Download
from wecom.signals import media_downloaded

logger = logging.getLogger(__name__)

FOLDER = "inbound"
BLOCK = 16
PATIENCE = 120.0  # seconds to wait for another process that fetches the same
POLL = 0.1
KEEP_UNKNOWN = timedelta(days=1)
REMEDIES = {
    Download.Reason.EXPIRED: "WeChat Work keeps media for three days: ask the member to send it again.",
    Download.Reason.NOT_WHAT_IT_SAYS: "Ask the member to send it again.",
    Download.Reason.TOO_LARGE: "Ask for a smaller one, or raise WECHAT_MAX_DOWNLOAD_MB.",
    Download.Reason.DISK: "Free some space where OpenUser keeps its files, then fetch it again in the admin.",
}


@transaction.atomic
def request_download(application: Application, *, kind: str, media_id: str, cid: str = "") -> Download:
    """The download of a media ID, queued if it is new; equal ones share a row."""
    download, created = Download.objects.get_or_create(
        corporation=application.corporation,
        media_id=media_id,
        defaults={"application": application, "kind": kind, "cid": cid},
    )
    if created:
        download.wake()
    return download


def run_download(pk: int, *, now: datetime | None = None) -> None:
    """Fetch a file, and announce its end; after a break the received part is kept."""
    download = Download.claim(pk, now=now)
    if download is None:
        return
    crash_points.point("download.claimed")
    try:
        _fetch(download)
    except LeaseLost:
        logger.info("Another worker fetches this file.", extra={"cid": download.cid, "download": download.pk})
    except (OSError, WeComError) as error:
        code = error.code if isinstance(error, WeComError) else Download.Reason.DISK
        logger.warning("A file was not fetched.", extra={"cid": download.cid, "download": download.pk, "code": code})


def restart_download(download: Download) -> bool:
    """Fetch a file again that failed or was removed; False if it is on its way, or here."""
    if download.is_here or not download.is_finished:
        return False
    return download.restart(path="", received=0, size=0, errcode=None)


def download_now(application: Application, *, media_id: str, kind: str = "") -> Path:
    """The file of a media ID, fetched by this process or by one that has already started.

    Raises `ContentError` if it cannot be fetched, a `TemporaryError` if a retry may help, `ConfigurationError`.
    """
    rows = Download.objects.filter(corporation=application.corporation, media_id=media_id)
    download = rows.first() or request_download(application, kind=_checked_kind(kind), media_id=media_id)
    deadline = time.monotonic() + PATIENCE
    while True:
        if download.is_here and default_storage.exists(download.path):
            return Path(default_storage.path(download.path))
        if download.status == Download.Status.FAILED:
            raise failure_error(download)
        if download.is_finished:
            download.restart(path="", received=0, size=0)
        claimed = Download.claim(download.pk, now=max(timezone.now(), download.due_at))
        if claimed is not None:
            with suppress(LeaseLost):
                _fetch(claimed)
        elif time.monotonic() > deadline:
            raise BusyError("Another worker is fetching this file and does not finish.", code="download_timeout")
        else:
            time.sleep(POLL)
        download.refresh_from_db()


def _checked_kind(kind: str) -> str:
    if kind in Download.Kind.values:
        return kind
    known = ", ".join(Download.Kind.values)
    raise ContentError("What kind of file is it?", code="kind", field="kind", remedy=f"Name one of {known}.")


def failure_error(download: Download) -> ContentError:
    """The error for a failed download, with its remedy."""
    reason = download.reason or "failed"
    fault = f"The file could not be fetched: {reason}."
    remedy = REMEDIES.get(Download.Reason(reason), "") if reason in Download.Reason.values else ""
    return ContentError(fault, code=reason, field="media_id", remedy=remedy or "See the download in the admin.")


def delete_old_media(*, now: datetime | None = None) -> int:
    """Remove files that were kept long enough, and those that no row knows. Returns how many rows lost theirs."""
    now = now or timezone.now()
    days = settings.WECOM["KEEP_MEDIA_DAYS"]
    old = Download.objects.exclude(path="").filter(created_at__lt=now - timedelta(days=days))
    count = 0
    for download in old.exclude(status__in=Download.UNFINISHED):
        default_storage.delete(download.path)
        gone = {"path": "", "status": Download.Status.CANCELLED, "reason": Download.Reason.FORGOTTEN}
        count += Download.objects.filter(pk=download.pk).update(**gone)
    _delete_orphans(now - KEEP_UNKNOWN)
    return count


@transaction.atomic
def forget_download(download: Download) -> None:
    """Remove the file of a download at once; one that is not fetched yet is not fetched any more."""
    if download.path:
        transaction.on_commit(lambda: default_storage.delete(download.path), robust=True)
    download.cancel(Download.Reason.FORGOTTEN)
    gone = {"path": "", "status": Download.Status.CANCELLED, "reason": Download.Reason.FORGOTTEN}
    Download.objects.filter(pk=download.pk).update(**gone)


def _delete_orphans(before: datetime) -> None:
    if not default_storage.exists(FOLDER):
        return
    names = [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]]
    old = [name for name in names if default_storage.get_modified_time(name) < before]
    known = set(Download.objects.filter(path__in=old).values_list("path", flat=True))
    for name in set(old) - known:
        default_storage.delete(name)


def _fetch(download: Download) -> None:
    """Fetch, check, settle. Raises errors after the row was put back or has failed."""
    try:
        _fetch_pieces(download)
        _check_and_settle(download)
    except (OSError, WeComError) as error:
        _handle_error(download, error)
        if isinstance(error, ContentError | MediaExpired | OSError):
            raise failure_error(download) from error
        raise


def _fetch_pieces(download: Download) -> None:
    """Fetch the missing ranges one after the other, extending the lease with each."""
    if not download.path:
        download.update_leased(path=f"{FOLDER}/{secrets.token_hex(16)}")
    part = Path(default_storage.path(download.path))
    part.parent.mkdir(parents=True, exist_ok=True)
    have = part.stat().st_size // BLOCK * BLOCK if part.exists() else 0
    if download.size and have > download.size:
        have = 0
    while not download.size or have < download.size:
        piece = _fetch_piece(download, have)
        if download.size and piece.total != download.size:
            raise ContentError("The file changed.", code=Download.Reason.CHANGED)
        if piece.total > settings.WECOM["MAX_DOWNLOAD"]:
            raise ContentError("The file is too large.", code=Download.Reason.TOO_LARGE)
        with part.open("r+b" if part.exists() else "wb") as file:
            file.seek(piece.first)
            file.write(piece.data)
            file.truncate()
        have = piece.first + len(piece.data)
        download.update_leased(size=piece.total, received=have)
        download.extend_lease()
        crash_points.point("download.piece")


def _fetch_piece(download: Download, first: int) -> FilePart:
    length = max(BLOCK, settings.WECOM["DOWNLOAD_PIECE"] // BLOCK * BLOCK)
    last = first + length - 1
    return api.download(download.application, "media/get", first, last, media_id=download.media_id)


def _check_and_settle(download: Download) -> None:
    """Check the file, give it the extension of its real format, and settle."""
    path = Path(default_storage.path(download.path))
    suffix = media_validation.detect_suffix(download.kind, path)
    name = f"{FOLDER}/{secrets.token_hex(16)}{suffix}"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    local_copies.push(path, name)
    with transaction.atomic():
        download.settle(Download.Status.DONE, path=name, sha256=digest, size=path.stat().st_size, errcode=None)
        path.rename(default_storage.path(name))
        media_downloaded.send(Download, download=download)
    logger.info("A file was fetched.", extra={"cid": download.cid, "download": download.pk, "kind": download.kind})


def _handle_error(download: Download, error: OSError | WeComError) -> None:
    if isinstance(error, TemporaryError) and download.attempts >= download.max_attempts:
        _fail(download, Download.Reason.BUSY)
    elif isinstance(error, OSError):
        _fail(download, Download.Reason.DISK)
    elif isinstance(error, MediaExpired):
        _fail(download, Download.Reason.EXPIRED, errcode=error.errcode)
    elif isinstance(error, ContentError):
        _fail(download, error.code)
    else:
        with transaction.atomic():
            retry_policy.retry_or_fail(download, download.application, error)
            if download.is_finished:
                media_downloaded.send(Download, download=download)


@transaction.atomic
def _fail(download: Download, reason: str, errcode: int | None = None) -> None:
    path = download.path
    download.settle(Download.Status.FAILED, reason, errcode=errcode, path="", received=0, size=0)
    if path:
        default_storage.delete(path)
    media_downloaded.send(Download, download=download)
