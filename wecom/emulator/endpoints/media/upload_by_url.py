"""`media/upload_by_url`: the platform downloads a file itself and sends an event when it has finished.

Source: https://developer.work.weixin.qq.com/document/path/96219. Messages cannot contain such a file.
"""

import hashlib
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import requests
from django.db import transaction

from wecom.emulator import clock, database
from wecom.emulator.callbacks.enqueue import SYSTEM, enqueue_callback
from wecom.emulator.endpoints.media.upload_and_get import LARGEST_RANGE
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, Upload, endpoint
from wecom.emulator.gateway.error_codes import ApiError, error_message
from wecom.emulator.media import storage
from wecom.emulator.models import UrlJob

LONGEST_FILENAME, LONGEST_URL = 128, 1024  # bytes
MD5 = re.compile(r"[0-9a-fA-F]{32}")
TIMEOUT = 10.0
CANNOT_FETCH, NO_JOB = 830003, 830001
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="download")


@endpoint("media/upload_by_url", "POST")
def upload_by_url(request: ApiRequest) -> Answer:
    """Start to download a video or file of up to 200 MB."""
    body = request.json()
    fields = {name: body.get(name) for name in ("filename", "url", "md5", "type")}
    if body.get("scene") != 1 or not all(isinstance(value, str) and value for value in fields.values()):
        raise ApiError(40058, "scene must be 1; type, filename, url and md5 are needed")
    kind, filename, url, md5 = (str(fields[name]) for name in ("type", "filename", "url", "md5"))
    if kind not in {"video", "file"}:
        raise ApiError(40004)
    if len(filename.encode()) > LONGEST_FILENAME or len(url.encode()) > LONGEST_URL or not MD5.fullmatch(md5):
        raise ApiError(40058, "filename, url or md5 is invalid")
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ApiError(40058, "invalid url")
    row = UrlJob.objects.create(
        app=request.caller,
        jobid=secrets.token_urlsafe(24),
        kind=kind,
        filename=filename,
        url=url,
        md5=md5.lower(),
        created_at=clock.now(),
    )
    transaction.on_commit(lambda: _threads.submit(_download, row.pk, row.url))
    return {"jobid": row.jobid}


@endpoint("media/get_upload_by_url_result", "POST")
def result(request: ApiRequest) -> Answer:
    """The state of a job, within an hour of its start."""
    rows = UrlJob.objects.filter(app=request.caller, jobid=str(request.json().get("jobid", "")))
    row = rows.select_related("media").first()
    if row is None or row.created_at + UrlJob.LIFETIME <= clock.now():
        raise ApiError(NO_JOB)
    detail = {"errcode": row.errcode, "errmsg": error_message(row.errcode) if row.errcode else "ok"}
    if row.media is not None:
        detail |= {"media_id": row.media.media_id, "created_at": str(int(row.media.created_at))}
    return {"status": row.status, "detail": detail if row.status != UrlJob.Status.RUNNING else {}}


def _download(pk: int, url: str) -> None:
    """Download in ranges, as the platform does, in a thread. The server must support ranges."""
    data = b""
    with requests.Session() as session:
        session.trust_env = False
        try:
            while True:
                requested = f"bytes={len(data)}-{len(data) + LARGEST_RANGE - 1}"
                answer = session.get(url, headers={"Range": requested}, timeout=TIMEOUT, allow_redirects=False)
                if answer.status_code != 206:
                    data = b""
                    break
                data += answer.content
                total = int(answer.headers["Content-Range"].rpartition("/")[2])
                if len(data) >= min(total, storage.LARGEST + 1):
                    break
        except (requests.RequestException, KeyError, ValueError):
            data = b""
    database.run_soon(lambda: _finish(pk, data))


@transaction.atomic
def _finish(pk: int, data: bytes) -> None:
    row = UrlJob.objects.select_related("app__corp").filter(pk=pk).first()
    if row is None:
        return
    row.status, row.errcode = UrlJob.Status.FAILED, CANNOT_FETCH
    if data and hashlib.md5(data, usedforsecurity=False).hexdigest() == row.md5:
        try:
            row.media = storage.store_media(
                row.app.corp, row.kind, Upload(filename=row.filename, data=data), by_url=True
            )
            row.status, row.errcode = UrlJob.Status.DONE, 0
        except ApiError as error:
            row.errcode = error.errcode
    row.save()
    if row.app.callback_url:
        event = "upload_media_job_finish"
        enqueue_callback(row.app, SYSTEM, event, [("Event", event), ("JobId", row.jobid)])
