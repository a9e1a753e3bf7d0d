"""How a video is delivered: as a video, compressed if needed, else as a file, else as a link to our page.

That applies to renders and to files that code or the API upload (`video_too_large`). `wecom` knows the size limits of
WeChat Work, `avatars` compresses.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.core.files.storage import default_storage

from avatars import services as avatars
from avatars.models import Render, Rendition
from wecom import services as wecom
from wecom.models import Upload


class DeliveryForm(StrEnum):
    """The kind of message that carries a video."""

    VIDEO = "video"
    FILE = "file"
    LINK = "link"


@dataclass(frozen=True, kw_only=True)
class VideoDelivery:
    """How to send a video: the form, and the name of the file in the media storage."""

    form: DeliveryForm
    name: str


def is_being_compressed(render: Render) -> bool:
    """Whether a compressed version of a finished video is being made."""
    limit = wecom.media_size_limit("video")
    if not is_available(render) or _size(str(render.video.name)) <= limit:
        return False
    return not avatars.request_rendition(render, limit=limit).is_finished


def delivery_of(render: Render) -> VideoDelivery:
    """How to send a finished video. Raises `OSError` if its file is missing."""
    name = str(render.video.name)
    size, limit = _size(name), wecom.media_size_limit("video")
    if size <= limit:
        return VideoDelivery(form=DeliveryForm.VIDEO, name=name)
    small = avatars.request_rendition(render, limit=limit)
    if small.status == small.Status.DONE and default_storage.exists(str(small.video.name)):
        return VideoDelivery(form=DeliveryForm.VIDEO, name=str(small.video.name))
    return VideoDelivery(
        form=DeliveryForm.FILE if size <= wecom.media_size_limit("file") else DeliveryForm.LINK, name=name
    )


def compress_upload(upload: Upload) -> None:
    """Have an uploaded video compressed; if that has ended, tell the upload its result."""
    limit = wecom.media_size_limit("video")
    small = avatars.request_file_rendition(upload.path, sha256=upload.sha256, limit=limit, cid=upload.cid)
    if small.status == small.Status.DONE:
        wecom.compression_done(upload, name=str(small.video.name))
    elif small.is_finished:
        wecom.compression_failed(upload)


def settle_uploads(small: Rendition) -> None:
    """Tell the uploads that wait for a compressed video its result."""
    same = Upload.objects.filter(kind=Upload.Kind.VIDEO, sha256=small.sha256, status=Upload.Status.QUEUED)
    for upload in same.filter(reason=Upload.Reason.FITTING):
        compress_upload(upload)


def is_available(render: Render | None) -> bool:
    """Whether a video is finished and its file exists."""
    if render is None:
        return False
    return render.status == Render.Status.DONE and bool(render.video) and default_storage.exists(str(render.video))


def _size(name: str) -> int:
    return int(default_storage.size(name))
