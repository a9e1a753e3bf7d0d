"""Files that the content of a message names: the pictures of articles, and the files that rows of a card open.

The stored content names a file of ours by its upload, which gets a new media ID when the old one has expired.
"""

import json
from collections.abc import Iterator
from typing import Any

from wecom.exceptions import ContentError
from wecom.media import uploads
from wecom.models import Application, Upload

KINDS = {"thumb_media_id": Upload.Kind.IMAGE, "media_id": Upload.Kind.FILE}


def name_uploads(application: Application, payload: dict[str, object]) -> tuple[dict[str, object], list[Upload]]:
    """The content with our files named by their uploads, and these uploads. Other media IDs stay.

    Raises `ContentError` for an upload of another kind or company.
    """
    named = json.loads(json.dumps(payload))
    files: dict[int, Upload] = {}
    for part, name in _places(named):
        upload = _upload_of(application, part[name], kind=KINDS[name])
        if upload is not None:
            part[name] = upload.placeholder
            files[upload.pk] = upload
    return dict(named), list(files.values())


def _places(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Each object with a media ID, and the name of the field that holds it."""
    if isinstance(value, list):
        for item in value:
            yield from _places(item)
    elif isinstance(value, dict):
        yield from ((value, name) for name in KINDS if isinstance(value.get(name), str) and value[name])
        for item in value.values():
            yield from _places(item)


def _upload_of(application: Application, media_id: str, *, kind: str) -> Upload | None:
    before, _, number = media_id.partition("upload:")
    if before or not number.isdecimal():
        return uploads.find_by_media_id(application, kind=kind, media_id=media_id)
    upload = Upload.objects.filter(corporation=application.corporation, pk=int(number)).first()
    if upload is None or upload.kind != kind:
        remedy = f"Name one that was uploaded as {kind}."
        raise ContentError("There is no such upload.", code="upload", field="media_id", remedy=remedy)
    return upload
