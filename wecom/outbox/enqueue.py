"""Messages become rows of the outbox, which a worker delivers."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from wecom.client import handler_context
from wecom.contents import Content, Media
from wecom.exceptions import ContentError
from wecom.media import uploads
from wecom.models import Application, Outbound, Upload
from wecom.outbox import attachments, duplicates
from wecom.outbox.batches import wakes

MAX_RECIPIENTS = 1000
USER_ID = re.compile(r"[^\s|@][^\s|]{0,63}")


def check_recipients(to: Sequence[str]) -> list[str]:
    """The user IDs in lower case, each once. Raises `ContentError` for anything else, and for more than 1,000."""
    recipients = list(dict.fromkeys(user_id.lower() for user_id in to))
    if not 0 < len(recipients) <= MAX_RECIPIENTS:
        raise ContentError("A message goes to 1 to 1,000 members.", code="recipients", field="to")
    if not all(USER_ID.fullmatch(user_id) for user_id in recipients):
        # Among them "@all" and "a|b": there is no telling whom such a message reached.
        raise ContentError("A recipient is no user ID.", code="recipients", field="to")
    return recipients


def enqueue_message(
    application: Application,
    content: Content,
    *,
    to: Sequence[str],
    upload: Upload | None = None,
    cid: str = "",
    priority: int | None = None,
    expires_at: datetime | None = None,
    delivery_key: str = "",
    broadcast: str = "",
    private: bool = False,
) -> Outbound:
    """Queue one call of message/send. Inside a handler, or with a `delivery_key`, the same message is queued only once.

    A message to several members is bulk and waits while anything else is queued, unless its `priority` is 0 or more.
    Calls with the same `broadcast` must go to different members, all of them in reach: they count once for everybody.
    The words of a `private` one stand on no page, and are deleted when it has reached its end.
    Raises `ContentError` for a message that the platform would refuse.
    """
    cid = cid or handler_context.current_cid()
    if application.is_assistant:
        remedy = "Send through an application that members have."
        raise ContentError(
            "The contacts assistant sends nothing.", code="assistant", field="application", remedy=remedy
        )
    recipients = check_recipients(to)
    payload, files = (
        attachments.name_uploads(application, content.payload()) if upload is None else (content.payload(), [])
    )
    fingerprint = duplicates.fingerprint(application, recipients, content, payload, upload)
    delivery_key = delivery_key or handler_context.next_key(fingerprint)
    earlier = Outbound.objects.filter(delivery_key=delivery_key).first() if delivery_key else None
    if earlier is not None:
        return earlier
    with transaction.atomic(savepoint=False):
        if upload is not None and content.msgtype in duplicates.BARE_MEDIA:
            upload = duplicates.distinct_upload(upload, fingerprint, timezone.now())
        values: dict[str, Any] = {
            "application": application,
            "recipients": recipients,
            "reach": len(recipients),
            "msgtype": content.msgtype,
            "content": payload,
            "options": content.options(),
            "upload": upload,
            "priority": priority if priority is not None else Outbound.BULK if len(recipients) > 1 else 0,
            "expires_at": expires_at,
            "order_key": f"{application.pk}:{recipients[0]}" if len(recipients) == 1 else "",
            "cid": cid,
            "fingerprint": fingerprint,
            "broadcast": broadcast,
            "private": private,
        }
        if delivery_key:
            outbound, created = Outbound.objects.get_or_create(delivery_key=delivery_key, defaults=values)
        else:
            outbound, created = Outbound.objects.create(**values), True
        if created:
            if files:
                outbound.attached.set(files)
            wakes.wake(outbound)
            handler_context.log_difference()
    return outbound


@transaction.atomic
def enqueue_content(application: Application, content: Content, *, to: Sequence[str], cid: str = "") -> Outbound:
    """`enqueue_message` for contents that name a file by its media ID: one of ours is sent by its upload.

    So it gets a new media ID when this one has expired. Raises `ContentError` for a file without a media ID, or of
    another kind.
    """
    if not isinstance(content, Media):
        return enqueue_message(application, content, to=to, cid=cid)
    if not content.media_id.strip():
        remedy = f"Upload the file first: upload_{content.msgtype} gives its media ID."
        raise ContentError("The media ID is empty.", code="empty", field="media_id", remedy=remedy)
    upload = uploads.find_by_media_id(application, kind=content.msgtype, media_id=content.media_id)
    if upload is not None:
        content = replace(content, media_id="")
    return enqueue_message(application, content, to=to, upload=upload, cid=cid)


def enqueue_parts(
    application: Application,
    contents: Sequence[Content],
    *,
    to: Sequence[str],
    uploads: Sequence[Upload] = (),
    priority: int | None = None,
    expires_at: datetime | None = None,
    cid: str = "",
    broadcast: str = "",
    private: bool = False,
) -> list[Outbound]:
    """Queue messages that belong together, in order; they are recalled together. `uploads` are their files, if any.

    `broadcast` is as in `enqueue_message`; each of them counts once for everybody.
    """
    files: Sequence[Upload | None] = uploads or [None] * len(contents)
    options: dict[str, Any] = {"to": to, "priority": priority, "expires_at": expires_at, "cid": cid, "private": private}
    with transaction.atomic(savepoint=len(contents) > 1):
        rows = [
            enqueue_message(
                application, content, upload=upload, broadcast=f"{broadcast}/{number}" if broadcast else "", **options
            )
            for number, (content, upload) in enumerate(zip(contents, files, strict=True), start=1)
        ]
        later = [row.pk for row in rows[1:] if row.first_part_id is None]
        Outbound.objects.filter(pk__in=later).update(first_part=rows[0])
    return rows
