"""Files in both directions: uploads for those who send, downloads of what members sent."""

import asyncio
import time
from datetime import datetime
from pathlib import Path

from asgiref.sync import sync_to_async
from django.core.files import File
from django.db import transaction

from core.work.db_connections import release_connections
from wecom.contents import Content
from wecom.media import article_images, downloads, upload_worker, uploads
from wecom.models import Application, Download, GroupMessage, Outbound, Upload
from wecom.outbox import video_fallback
from wecom.outbox.enqueue import current_application, current_callback, release_worker


@transaction.atomic
def accept_upload(application: Application, *, kind: str, file: File[bytes], cid: str = "") -> Upload:
    """Keep a file and queue its upload; whoever sent the same before gets the same row.

    Raises `ContentError` for a file that the platform would refuse; then nothing is kept.
    """
    return uploads.accept_upload(application, kind=kind, file=file, cid=cid)


def upload_image(file_path: str | Path, *, application: Application | None = None) -> str:
    """Upload a JPG or PNG of up to 10 MB now; its media ID, good for three days, or longer where we send it.

    Raises `ContentError` for a file that the platform would refuse, before any call, and `WeComError` for what the
    platform says. The same file is uploaded once.
    """
    return uploads.upload_now(application or current_application(), kind="image", file_path=file_path)


def upload_voice(file_path: str | Path, *, application: Application | None = None) -> str:
    """Upload an AMR recording of up to 2 MB and 60 seconds now. See `upload_image`."""
    return uploads.upload_now(application or current_application(), kind="voice", file_path=file_path)


def upload_video(file_path: str | Path, *, application: Application | None = None) -> str:
    """Upload an MP4 now. See `upload_image`.

    A render worker compresses a video of more than 10 MB first. After WECHAT_VIDEO_COMPRESS_TIMEOUT, `BusyError`
    ("fitting_timeout") is raised. A video that stays too large goes out as a file by `send_video`, or as a link to a
    page of ours; the result is then a name that only our functions understand.
    """
    return uploads.upload_now(application or current_application(), kind="video", file_path=file_path)


async def upload_video_async(file_path: str | Path) -> str:
    """`upload_video` that leaves the thread of the database free while the video is made smaller."""
    upload = await sync_to_async(_begin_video)(file_path)
    deadline = time.monotonic() + await sync_to_async(uploads.wait_limit)(upload)
    while (media_id := await sync_to_async(uploads.poll_media_id)(upload)) is None:
        if time.monotonic() > deadline:
            raise uploads.timeout_error(upload)
        await sync_to_async(release_worker)()
        await sync_to_async(release_connections)()
        await asyncio.sleep(uploads.FITTING_POLL)
    return media_id


def _begin_video(file_path: str | Path) -> Upload:
    return uploads.start_upload(current_application(), kind="video", file_path=file_path)


def upload_file(file_path: str | Path, *, application: Application | None = None) -> str:
    """Upload any file of up to 20 MB now; people see its name. See `upload_image`."""
    return uploads.upload_now(application or current_application(), kind="file", file_path=file_path)


def ensure_upload(application: Application, *, kind: str, path: Path, name: str, filename: str) -> Upload:
    """The upload of these bytes, queued where the platform lacks them; `name` is theirs in the media storage."""
    return uploads.ensure_upload(application, kind=kind, path=path, name=name, filename=filename)


def request_download(application: Application, *, kind: str, media_id: str, cid: str = "") -> Download:
    """The download of what a member sent, by the media ID of their message; it is fetched once, by a worker.

    `media_downloaded` announces its end.
    """
    return downloads.request_download(application, kind=kind, media_id=media_id, cid=cid)


def restart_download(download: Download) -> bool:
    """Fetch a file once more that did not come, or was removed; False where it is on its way or here."""
    if download.is_here or not download.is_finished:
        return False
    return download.restart(path="", received=0, size=0, errcode=None)


def download_media(media_id: str, *, kind: str = "", application: Application | None = None) -> Path:
    """What a member sent, by the media ID of their message, as a file; fetched now unless we have it.

    `kind` is "image", "voice" or "video", of the message that is being answered by default. The file is kept for
    WECHAT_KEEP_MEDIA_DAYS: copy what shall stay. Raises `ContentError` with the reason ("expired", "format" …) and what
    helps, `TemporaryError` where trying again may.
    """
    callback = current_callback()
    kind = kind or (callback.kind if callback else "")
    return downloads.download_now(application or current_application(), media_id=media_id, kind=kind)


def upload_article_image(file_path: str | Path, *, application: Application | None = None) -> str:
    """Upload a JPG or PNG of up to 2 MB now for the text of an article (mpnews); its address, good for ever.

    Equal pictures of a company are uploaded once. Raises `ContentError` before any call, `WeComError` for what the
    platform says: a company may upload 1,000 a day.
    """
    return article_images.upload_article_image(application or current_application(), Path(file_path))


def media_size_limit(kind: str) -> int:
    """Bytes that a file of this kind may have to be sent: "image", "voice", "video" or "file"."""
    return upload_worker.media_size_limit(kind)


def compression_done(upload: Upload, *, name: str) -> bool:
    """A video was made small enough (`video_too_large`): it is this file of the media storage now."""
    return upload_worker.compression_done(upload, name=name)


def compression_failed(upload: Upload) -> bool:
    """A video cannot be made small enough (`video_too_large`): it goes out as a file, a larger one as a link."""
    return upload_worker.compression_failed(upload)


def replace_content(message: Outbound | GroupMessage, content: Content) -> None:
    """Give a message that is about to go out another content (`page_wanted`), while a worker holds it."""
    video_fallback.replace_content(message, content)


def delete_old_media(now: datetime | None = None) -> int:
    """Remove files that members sent long ago. Returns how many."""
    return downloads.delete_old_media(now=now)
