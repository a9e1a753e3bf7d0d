"""Retention of files: expired ones are deleted, their rows stay, and a new request for the same text renders again."""

import logging
import re
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from avatars.models import RECORDED, STREAMS, DigitalHuman, Narration, Render
from avatars.reasons.render import Reason
from avatars.rendering import live_stream
from avatars.rendering.render_worker import STORED, delete_folder

logger = logging.getLogger(__name__)

AT_ONCE = 500  # rows in one run of the cleaning: it ends soon, and the next run goes on
KEEP_UNKNOWN = timedelta(days=1)
"""Files without a row that are younger may belong to a render whose row is about to be written."""
GONE: dict[str, Any] = {"size": None, "video": "", "captions": "", "translated_captions": "", "poster": ""}
"""The columns of a video whose files were removed."""
KEEP_STREAMS_KNOWN = timedelta(days=30)
"""Streams of renders that ended longer ago were found by an earlier clean-up."""


def delete_expired(*, now: datetime) -> int:
    """Delete files that are older than their retention. Returns the number of rows concerned."""
    count = _delete_videos(now) + _delete_recordings(now) + _delete_narrations(now)
    _delete_streams(now)
    for name in _unknown_recordings(now - KEEP_UNKNOWN):
        default_storage.delete(name)
    return count


def _delete_videos(now: datetime) -> int:
    days = settings.AVATARS["KEEP_VIDEOS_DAYS"]
    if days <= 0:
        return 0
    # Withheld videos are stored elsewhere, with rules of their own.
    old = Render.objects.filter(
        status=Render.Status.DONE, video__startswith=f"{STORED}/", finished_at__lt=now - timedelta(days=days)
    )
    idle = DigitalHuman.objects.exclude(idle_render=None).values("idle_render")
    old = old.exclude(pk__in=idle)
    return sum(_delete_video(render) for render in old.order_by("finished_at")[:AT_ONCE])


def delete_files(render: Render) -> None:
    """Delete the video of a render that has ended, its smaller copies, and its recording if no other render needs it.

    Call it inside the transaction that clears the row.
    """
    video, recording = str(render.video.name or ""), str(render.recording.name or "")
    gone = {**GONE, "recording": ""}
    if render.status == Render.Status.DONE:
        gone["reason"] = Reason.EXPIRED
    Render.objects.filter(pk=render.pk).update(**gone)
    render.renditions.all().delete()
    live_stream.forget(render)
    if video:
        transaction.on_commit(partial(delete_folder, video.rpartition("/")[0]), robust=True)
    if recording and not Render.objects.filter(recording=recording).exists():
        transaction.on_commit(partial(default_storage.delete, recording), robust=True)


def delete_narration(narration: Narration) -> None:
    """Delete the recordings of a narration. Call it inside the transaction that clears the row."""
    Narration.objects.filter(pk=narration.pk).update(parts=[], reason=Reason.EXPIRED)
    for name in narration.parts:
        transaction.on_commit(partial(default_storage.delete, name), robust=True)


def _delete_video(render: Render) -> int:
    """The row first: the clean-up finds a file that is left over, while a row without its file misleads people."""
    video = str(render.video.name)
    with transaction.atomic():
        done = Render.objects.filter(pk=render.pk, status=Render.Status.DONE, video=video)
        if not done.update(reason=Reason.EXPIRED, **GONE):
            return 0
        render.renditions.all().delete()
    delete_folder(video.rpartition("/")[0])
    logger.info("The files of a video were removed.", extra={"cid": render.cid, "render": render.pk})
    return 1


def _delete_streams(now: datetime) -> None:
    """Delete streams of videos that are done for long, and streams that no row knows."""
    ended = (now - KEEP_STREAMS_KNOWN, now - live_stream.KEPT)
    old = Render.objects.filter(finished_at__range=ended).exclude(status__in=Render.UNFINISHED).exclude(stream="")
    for render in old.order_by("finished_at")[:AT_ONCE]:
        with transaction.atomic():
            live_stream.forget(render)
    if not default_storage.exists(STREAMS):
        return
    folders = [
        f"{STREAMS}/{name}" for name in default_storage.listdir(STREAMS)[0] if re.fullmatch("[0-9a-f]{32}", name)
    ]
    left = [folder for folder in folders if _is_older(folder, now - KEEP_UNKNOWN)]
    known = set(Render.objects.filter(stream__in=left).values_list("stream", flat=True)) if left else set()
    for folder in left:
        if folder not in known:
            live_stream.delete_parts(folder)


def _delete_recordings(now: datetime) -> int:
    """Uploaded recordings have the retention of their videos, which are made again from them."""
    days = settings.AVATARS["KEEP_VIDEOS_DAYS"]
    if days <= 0:
        return 0
    ended = Render.objects.exclude(status__in=Render.UNFINISHED).filter(finished_at__lt=now - timedelta(days=days))
    # A recording whose video is there is deleted with it.
    old = ended.exclude(recording="").exclude(status=Render.Status.DONE, video__startswith=f"{STORED}/")
    return sum(_delete_recording(render, old) for render in old.order_by("finished_at")[:AT_ONCE])


def _delete_recording(render: Render, old: QuerySet[Render]) -> int:
    """The row first, and only if it was not requeued meanwhile."""
    name = str(render.recording.name)
    if not old.filter(pk=render.pk, recording=name).update(recording=""):
        return 0
    if not Render.objects.filter(recording=name).exists():
        default_storage.delete(name)
    logger.info("The recording of a video was removed.", extra={"cid": render.cid, "render": render.pk})
    return 1


def _unknown_recordings(before: datetime) -> list[str]:
    """Recordings from before that time without a row: their render was deleted, or never written."""
    if not default_storage.exists(RECORDED):
        return []
    names = (name for name in default_storage.listdir(RECORDED)[1] if re.fullmatch(r"[0-9a-f]{32}\.\w+", name))
    old = [name for name in (f"{RECORDED}/{name}" for name in names) if _is_older(name, before)]
    known = set(Render.objects.exclude(recording="").values_list("recording", flat=True)) if old else set()
    return [name for name in old if name not in known]


def _is_older(name: str, before: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < before
    except FileNotFoundError:
        return False


def _delete_narrations(now: datetime) -> int:
    days = settings.AVATARS["KEEP_NARRATIONS_DAYS"]
    if days <= 0:
        return 0
    old = Narration.objects.filter(status=Narration.Status.DONE, finished_at__lt=now - timedelta(days=days))
    count = 0
    for narration in old.exclude(parts=[]).order_by("finished_at")[:AT_ONCE]:
        Narration.objects.filter(pk=narration.pk).update(parts=[], reason=Reason.EXPIRED)
        for name in narration.parts:
            default_storage.delete(name)
        count += 1
    return count
