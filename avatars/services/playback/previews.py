"""Looking at videos before they are played."""

from pathlib import Path

from django.conf import settings

from avatars import consent
from avatars.exceptions import AvatarError
from avatars.models import Render
from avatars.previews.video_preview import VideoPreview, VideoPreviewCache, make
from core.storage import local_copies


def preview_video(render: Render) -> VideoPreview:
    """A finished video at a glance; the first time takes a second. Raises `AvatarError` where it has no file, or may
    not be shown."""
    consent.check(render)
    previews = VideoPreviewCache(Path(settings.AVATARS["CACHE_DIR"]))
    preview = previews.get(render.content_id)
    if preview is None:
        try:
            with local_copies.local_path(render.video.name or "") as video:
                preview = make(video, render.seconds or 0)
        except OSError as error:
            raise AvatarError("There is no such file, or not yet.", code="no_file") from error
        previews.put(render.content_id, preview)
    return preview


def forget_video_preview(render: Render) -> None:
    """Remove the cached preview of a video that is being deleted."""
    VideoPreviewCache(Path(settings.AVATARS["CACHE_DIR"])).forget(render.content_id)
