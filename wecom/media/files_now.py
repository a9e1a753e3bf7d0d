"""Files in both directions, now: uploads to be sent, and downloads of members' files."""

import asyncio
import time
from pathlib import Path

from asgiref.sync import sync_to_async

from core.work.db_connections import release_connections
from wecom.client.handler_context import current_application, current_callback, release_worker
from wecom.media import article_images, downloads, uploads
from wecom.models import Application, Upload


def upload_image(file_path: str | Path, *, application: Application | None = None) -> str:
    """Upload a JPG or PNG of up to 10 MB now; its media ID, valid for three days, renewed when it is sent later.

    Raises `ContentError`, before any call, for a file that the platform would refuse, and `WeComError` for its answer.
    The same file is uploaded once.
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
    """`upload_video` without blocking the database thread while the video is compressed."""
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
    """Upload any file of up to 20 MB now; members see its name. See `upload_image`."""
    return uploads.upload_now(application or current_application(), kind="file", file_path=file_path)


def download_media(media_id: str, *, kind: str = "", application: Application | None = None) -> Path:
    """The file that a member sent, by the media ID of their message; fetched now unless we have it.

    `kind` is "image", "voice" or "video", by default that of the message being answered. The file is deleted after
    WECHAT_KEEP_MEDIA_DAYS: copy it to keep it. Raises `ContentError` with a reason ("expired", "format" …) and a
    remedy, or a `TemporaryError` if a retry may help.
    """
    callback = current_callback()
    kind = kind or (callback.kind if callback else "")
    return downloads.download_now(application or current_application(), media_id=media_id, kind=kind)


def upload_article_image(file_path: str | Path, *, application: Application | None = None) -> str:
    """Upload a JPG or PNG of up to 2 MB now for the text of an article (mpnews); its address, which never expires.

    Equal pictures of a company are uploaded once. Raises `ContentError` before any call, and `WeComError` for the
    platform's answer: a company may upload 1,000 a day.
    """
    return article_images.upload_article_image(application or current_application(), Path(file_path))
