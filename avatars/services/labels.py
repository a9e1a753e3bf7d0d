"""The last gates before a video leaves: no label or no consent, no way out."""

import posixpath
from pathlib import Path

from django.core.files.storage import default_storage

from avatars import consent
from avatars.ai_label import video_label
from avatars.media import mp4
from avatars.models import Render
from avatars.rendering.render_worker import STORED


def check_label(render: Render, name: str) -> None:
    """Return only if a stored file is the labelled video of this render, whole and unchanged.

    `name` is that of the video itself or of a smaller one. Raises `OutputError` (code `unlabelled`), or `OSError` where
    it is gone.
    """
    path = Path(default_storage.path(name))
    path.stat()
    video_label.verify_tag(mp4.probe(path), render.content_id)


def check_media_consent(name: str) -> None:
    """Raise `ConsentError` where a media file belongs to a video that must not, or must no longer, be shown.

    A render has its files in a folder of its own, with its smaller copies. Videos that were put away have a right of
    their own.
    """
    folder = posixpath.dirname(posixpath.normpath(name))
    if not folder.startswith(f"{STORED}/"):
        return
    render = Render.objects.filter(video=f"{folder}/video.mp4").select_related("digital_human__voice").first()
    if render is not None:
        consent.check(render)
