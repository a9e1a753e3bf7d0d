"""Videos as portraits: brought, checked in the background, shown."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F

from avatars.exceptions import PortraitError
from avatars.models import DigitalHuman, Likeness, PortraitVideo, Render
from avatars.portraits import video_file
from avatars.reasons.video import UNUSABLE
from avatars.services.portraits import purge_portrait

KEEP_REPLACED = timedelta(days=1)
KINDS = ("mp4", "m4v", "mov", "webm")


def check_portrait_video(file: Any) -> None:
    """Raise `PortraitError` for a file that cannot be a portrait video, by its name and size; codes `not_a_video`,
    `video_too_large`."""
    code = ""
    if PurePath(file.name or "").suffix.lower().lstrip(".") not in KINDS:
        code = "not_a_video"
    elif file.size > video_file.MAX_BYTES:
        code = "video_too_large"
    if code:
        raise PortraitError(str(UNUSABLE[code]), code=code, field="portrait_video")


def first_frame(file: Any) -> ContentFile[bytes]:
    """A picture of an uploaded video, to stand for it until it is checked. Raises `PortraitError` (`not_a_video`)."""
    if hasattr(file, "temporary_file_path"):
        return ContentFile(video_file.first_frame(Path(file.temporary_file_path())), name="portrait.jpg")
    with tempfile.NamedTemporaryFile(suffix=".video") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        file.seek(0)
        return ContentFile(video_file.first_frame(Path(copy.name)), name="portrait.jpg")


@transaction.atomic
def request_portrait_video(human: DigitalHuman, file: Any, *, by: str = "") -> PortraitVideo:
    """Store an uploaded video and have it checked: its row, queued. One that waits for this digital human gives way.

    If the video will do, it becomes the portrait; what consents and statements say is about the earlier one then.
    Raises `PortraitError` as `check_portrait_video` does.
    """
    check_portrait_video(file)
    DigitalHuman.objects.select_for_update().get(pk=human.pk)  # first here, as where a check ends
    cancel_portrait_videos(human)
    row = PortraitVideo(digital_human=human, requested_by=by)
    row.upload.save(file.name or "video.mp4", file, save=False)
    row.save()
    row.wake()
    return row


@transaction.atomic
def cancel_portrait_video(row: PortraitVideo) -> bool:
    """Stop the check of a video, and delete it; False where it had ended."""
    upload = str(row.upload.name or "")
    if not row.cancel():
        return False
    PortraitVideo.objects.filter(pk=row.pk).update(upload="")
    if upload:
        transaction.on_commit(lambda: default_storage.delete(upload), robust=True)
    return True


def cancel_portrait_videos(human: DigitalHuman) -> None:
    """Stop the checks of its videos: a picture or another video was brought since, or its person disagrees."""
    for row in human.portrait_videos.filter(status__in=PortraitVideo.UNFINISHED):
        cancel_portrait_video(row)


def latest_portrait_video(human: DigitalHuman) -> PortraitVideo | None:
    """The video that was brought last, whatever became of it."""
    return human.portrait_videos.order_by("-pk").first()


def forget_replaced_videos(*, now: datetime) -> None:
    """Delete videos that were portraits, once no consent is about them and no render is still made of them."""
    old = PortraitVideo.objects.filter(status=PortraitVideo.Status.DONE, finished_at__lt=now - KEEP_REPLACED)
    for row in old.exclude(video="").exclude(still=F("digital_human__portrait")):
        making = Render.objects.filter(status__in=Render.UNFINISHED, recipe__portrait=row.still)
        if not Likeness.objects.filter(portrait=row.still).exists() and not making.exists():
            PortraitVideo.objects.filter(pk=row.pk).update(video="", still="", findings=[])
            purge_portrait(row.sha256)
            row.delete_files()


def is_moving(human: DigitalHuman) -> bool:
    """Whether its portrait is a video."""
    return bool(human.pk) and PortraitVideo.objects.shown(human).exists()
