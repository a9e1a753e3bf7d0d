"""Telling equal messages apart: the platform swallows a request whose bytes it has seen in the last four hours."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from wecom.contents import Content
from wecom.media import uploads
from wecom.models import Application, Outbound, Upload

BARE_MEDIA = frozenset({"image", "voice", "file"})  # nothing but a media ID: two messages with one file are equal
REMEMBERED = timedelta(hours=5)  # one hour more than the platform remembers


def fingerprint(
    application: Application, recipients: list[str], content: Content, payload: dict[str, Any], upload: Upload | None
) -> str:
    """The same for messages whose bytes would be equal. All copies of a file count as one."""
    whole = [application.pk, recipients, content.msgtype, payload, f"{upload.kind}:{upload.sha256}" if upload else None]
    whole += [content.options()] if content.options() else []
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def distinct_upload(upload: Upload, fingerprint: str, now: datetime) -> Upload:
    """The upload, or a copy of it with another media ID that no equal message of the last hours has."""
    equal = Outbound.objects.filter(fingerprint=fingerprint).exclude(finished_at__lt=now - REMEMBERED)
    taken = set(equal.values_list("upload__copy", flat=True))
    number = next(number for number in range(len(taken) + 1) if number not in taken)
    return upload if number == upload.copy else uploads.get_or_create_copy(upload, number)


def next_repeat(outbound: Outbound, now: datetime) -> int:
    """A repeat number that no equal message of the last hours has.

    All equal rows are locked, so that two workers that freeze at once do not take the same number.
    """
    equal = Outbound.objects.filter(fingerprint=outbound.fingerprint).exclude(finished_at__lt=now - REMEMBERED)
    rows = equal.order_by("pk").select_for_update().only("pk", "repeat", "first_attempt_at")
    others = [row.repeat + 1 for row in rows if row.pk != outbound.pk and (row.first_attempt_at or row.repeat)]
    return max([outbound.repeat, *others])
