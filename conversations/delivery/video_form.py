"""How a video reaches somebody: as a video, made smaller where it must be, else as a file, else as a link to our page.

That is true of those of digital humans, and of those that code or the API bring (`video_too_large`). What WeChat Work
takes at most, `wecom` knows; how a video becomes smaller, `avatars`.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.core.files.storage import default_storage

from avatars import services as avatars
from avatars.models import Render, Rendition
from wecom import services as wecom
from wecom.models import Upload


class Form(StrEnum):
    """What the message is."""

    VIDEO = "video"
    FILE = "file"
    LINK = "link"


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """What to send of a video: its form, and the name of the file in the media storage."""

    form: Form
    name: str


def is_under_way(render: Render) -> bool:
    """Whether a smaller version of a finished video is being made."""
    limit = wecom.media_size_limit("video")
    if not is_here(render) or _size(str(render.video.name)) <= limit:
        return False
    return not avatars.request_rendition(render, limit=limit).is_finished


def parcel_of(render: Render) -> Parcel:
    """How a finished video goes out. Raises `OSError` where its file is gone."""
    name = str(render.video.name)
    size, limit = _size(name), wecom.media_size_limit("video")
    if size <= limit:
        return Parcel(form=Form.VIDEO, name=name)
    small = avatars.request_rendition(render, limit=limit)
    if small.status == small.Status.DONE and default_storage.exists(str(small.video.name)):
        return Parcel(form=Form.VIDEO, name=str(small.video.name))
    return Parcel(form=Form.FILE if size <= wecom.media_size_limit("file") else Form.LINK, name=name)


def fit(upload: Upload) -> None:
    """Have a video that somebody brought made smaller; where that has ended, say how."""
    limit = wecom.media_size_limit("video")
    small = avatars.request_file_rendition(upload.path, sha256=upload.sha256, limit=limit, cid=upload.cid)
    if small.status == small.Status.DONE:
        wecom.compression_done(upload, name=str(small.video.name))
    elif small.is_finished:
        wecom.compression_failed(upload)


def fit_waiting(small: Rendition) -> None:
    """Tell the uploads that wait for a smaller video how it ended."""
    same = Upload.objects.filter(kind=Upload.Kind.VIDEO, sha256=small.sha256, status=Upload.Status.QUEUED)
    for upload in same.filter(reason=Upload.Reason.FITTING):
        fit(upload)


def is_here(render: Render | None) -> bool:
    """Whether a video is made, and its file is still there."""
    if render is None:
        return False
    return render.status == Render.Status.DONE and bool(render.video) and default_storage.exists(str(render.video))


def _size(name: str) -> int:
    return int(default_storage.size(name))
