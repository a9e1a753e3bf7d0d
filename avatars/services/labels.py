"""The last gate before a video leaves: no label, no way out."""

from pathlib import Path

from django.core.files.storage import default_storage

from avatars.ai_label import video_label
from avatars.media import mp4
from avatars.models import Render


def check_label(render: Render, name: str) -> None:
    """Return only if a stored file is the labelled video of this render, whole and unchanged.

    `name` is that of the video itself or of a smaller one. Raises `OutputError` (code `unlabelled`), or `OSError` where
    it is gone.
    """
    path = Path(default_storage.path(name))
    path.stat()
    video_label.verify_tag(mp4.probe(path), render.content_id)
