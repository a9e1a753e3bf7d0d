"""Files within a message: the pictures of pages, and what rows of a card lead to.

In the stored content a file of ours is named by its upload, which gets a new media ID when the platform has forgotten
the one before. Files of bare messages get another media ID too where equal bytes would be swallowed.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from wecom.exceptions import ContentError
from wecom.media import uploads
from wecom.models import Application, Outbound, Upload

BARE_MEDIA = frozenset({"image", "voice", "file"})  # nothing but a media ID, so that two of one file are equal
KINDS = {"thumb_media_id": Upload.Kind.IMAGE, "media_id": Upload.Kind.FILE}
REMEMBERED = timedelta(hours=5)  # one more than the platform does


def name_uploads(application: Application, payload: dict[str, object]) -> tuple[dict[str, object], list[Upload]]:
    """The content with its files named by their uploads, and those. Other media IDs stay as they are.

    Raises `ContentError` for an upload of another kind or company.
    """
    found = json.loads(json.dumps(payload))
    files: dict[int, Upload] = {}
    for part, name in _places(found):
        upload = _upload_of(application, part[name], kind=KINDS[name])
        if upload is not None:
            part[name] = upload.placeholder
            files[upload.pk] = upload
    return dict(found), list(files.values())


def split_copy(upload: Upload, fingerprint: str, now: datetime) -> Upload:
    """The upload, or a copy of it that no equal message has which the platform may still remember."""
    equal = Outbound.objects.filter(fingerprint=fingerprint).exclude(finished_at__lt=now - REMEMBERED)
    taken = set(equal.values_list("upload__copy", flat=True))
    number = next(number for number in range(len(taken) + 1) if number not in taken)
    return upload if number == upload.copy else uploads.get_or_create_copy(upload, number)


def _places(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Each object that has a media ID, with its name there."""
    if isinstance(value, list):
        for one in value:
            yield from _places(one)
    elif isinstance(value, dict):
        yield from ((value, name) for name in KINDS if isinstance(value.get(name), str) and value[name])
        for one in value.values():
            yield from _places(one)


def _upload_of(application: Application, media_id: str, *, kind: str) -> Upload | None:
    before, _, number = media_id.partition("upload:")
    if before or not number.isdecimal():
        return uploads.find_by_media_id(application, kind=kind, media_id=media_id)
    upload = Upload.objects.filter(corporation=application.corporation, pk=int(number)).first()
    if upload is None or upload.kind != kind:
        remedy = f"Name one that was uploaded as {kind}."
        raise ContentError("There is no such upload.", code="upload", field="media_id", remedy=remedy)
    return upload
