"""Videos as portraits: brought, checked in the background, shown."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F

from avatars.exceptions import MediaError, PortraitError
from avatars.models import DigitalHuman, Likeness, PortraitVideo, Render, RenderTemplate
from avatars.portraits import video_file
from avatars.reasons import render as render_reasons
from avatars.reasons.video import KEEPS_BACKGROUND, UNUSABLE
from avatars.services.portraits import forget_portrait

KEEP_REPLACED = timedelta(days=1)  # after the check of a replaced video; one with a consent or a render is kept longer
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
    """Store an uploaded video and queue its check; returns its row. A waiting one of this digital human is cancelled.

    If the video passes, it becomes the portrait; consents and statements are about the earlier portrait then.
    Raises `PortraitError` as `check_portrait_video` does, and with the code `moving_background` where the digital human
    has another background.
    """
    check_portrait_video(file)
    now = DigitalHuman.objects.select_for_update().get(pk=human.pk)  # first here, as where a check ends
    if now.background_color or now.background:
        raise PortraitError(str(KEEPS_BACKGROUND), code="moving_background", field="portrait_video")
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
    """The latest uploaded video, in any state."""
    return human.portrait_videos.order_by("-pk").first()


def forget_replaced_videos(*, now: datetime) -> None:
    """Delete videos that were portraits, once no consent is about them and no render is still made of them."""
    old = PortraitVideo.objects.filter(status=PortraitVideo.Status.DONE, finished_at__lt=now - KEEP_REPLACED)
    for row in old.exclude(video="").exclude(still=F("digital_human__portrait")):
        making = Render.objects.filter(status__in=Render.UNFINISHED, recipe__portrait=row.still)
        if not Likeness.objects.filter(portrait=row.still).exists() and not making.exists():
            PortraitVideo.objects.filter(pk=row.pk).update(video="", still="", findings=[])
            forget_portrait(row.sha256)
            row.delete_files()


def is_moving(human: DigitalHuman) -> bool:
    """Whether its portrait is a video."""
    return bool(human.pk) and PortraitVideo.objects.shown(human).exists()


def keeps_background(human: DigitalHuman) -> bool:
    """Whether its portrait is a video, or becomes one that is being checked: another background is refused."""
    if not human.pk:
        return False
    return is_moving(human) or human.portrait_videos.filter(status__in=PortraitVideo.UNFINISHED).exists()


def check_background(human: DigitalHuman, look: DigitalHuman | RenderTemplate, *, field: str = "") -> None:
    """Raise `MediaError` (code `moving_background`) where this look replaces the background that a video keeps.

    The error names the `field`, by default that of the look.
    """
    replaced = "background_color" if look.background_color else "background" if look.background else ""
    if replaced and keeps_background(human):
        reason = render_reasons.Reason.MOVING_BACKGROUND
        raise MediaError(
            str(KEEPS_BACKGROUND), code=reason.value, field=field or replaced, remedy=render_reasons.advice(reason)
        )
