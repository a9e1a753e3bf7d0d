"""The last gates before a video leaves: no label or no consent, no way out."""

import posixpath
from pathlib import Path

from django.core.files.storage import default_storage

from avatars import consent
from avatars.ai_label import video_label
from avatars.media import mp4
from avatars.models import RECORDED, Narration, Render
from avatars.rendering.narration import SPOKEN
from avatars.rendering.render_worker import STORED


def check_label(render: Render, name: str) -> None:
    """Return only if a stored file is the labelled video of this render, whole and unchanged.

    `name` is of the video itself or of a smaller copy. Raises `OutputError` (code `unlabelled`), or `OSError` where it
    is gone.
    """
    path = Path(default_storage.path(name))
    path.stat()
    video_label.verify_tag(mp4.probe(path), render.content_id)


def check_media_consent(name: str) -> None:
    """Raise `ConsentError` where a media file shows or voices a person who must not, or no longer, be shown or heard.

    Videos that were put away have a right of their own.
    """
    for work in _works_of(posixpath.normpath(name)):
        consent.check(work)


def member_in_file(name: str) -> int | None:
    """The key of the member whose words a video, its captions or its still picture have; None where there is none."""
    name = posixpath.normpath(name)
    of_renditions = Render.objects.filter(renditions__video=name) if name.startswith("renditions/") else ()
    works = (*_works_of(name), *of_renditions)
    return next((row.said_by_member for row in works if isinstance(row, Render) and row.said_by_member), None)


def _works_of(name: str) -> list[Render | Narration]:
    """The rows that a media file was made for, or from: each stores its files in a folder of its own."""
    root, _, inner = name.partition("/")
    folder = f"{root}/{inner.partition('/')[0]}"
    renders = Render.objects.select_related("digital_human__voice")
    if root == STORED:
        return list(renders.filter(video=f"{folder}/video.mp4"))
    if root == RECORDED:
        return list(renders.filter(recording=name))
    if root == SPOKEN and folder != name:
        spoken = Narration.objects.filter(parts__0__startswith=f"{folder}/")
        return [row for row in spoken.select_related("digital_human__voice") if name in row.parts]
    return []
