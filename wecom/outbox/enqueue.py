"""Sends become rows of the outbox. Inside a handler each has a number of its own, so that a retry doubles nothing."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from wecom.callbacks import handler_runner
from wecom.client import applications
from wecom.contents import Content, Media
from wecom.exceptions import ContentError
from wecom.media import uploads
from wecom.models import Application, Callback, Outbound, Upload
from wecom.outbox import attachments
from wecom.outbox.video_fallback import fingerprint as fingerprint_of

MAX_RECIPIENTS = 1000
USER_ID = re.compile(r"[^\s|@][^\s|]{0,63}")


@dataclass(kw_only=True)
class HandlerContext:
    """What a handler is answering; every send inside it gets the next number."""

    callback: Callback
    numbered: bool = field(default=True)
    sent: int = field(default=0)
    gave_way: bool = field(default=False)

    def next_key(self) -> str:
        """ "" for a send that has no number here."""
        if not self.numbered:
            return ""
        self.sent += 1
        return f"callback:{self.callback.pk}:{self.sent}"


_acting: ContextVar[HandlerContext | None] = ContextVar("acting", default=None)


@contextmanager
def handling(callback: Callback) -> Iterator[None]:
    """Sends inside this block belong to the callback."""
    with _as(HandlerContext(callback=callback)):
        yield


@contextmanager
def unnumbered_sends() -> Iterator[None]:
    """Sends inside this block do not count among those of the handler: something else makes them only once."""
    callback = current_callback()
    with _as(HandlerContext(callback=callback, numbered=False) if callback else None):
        yield


def current_callback() -> Callback | None:
    """The callback that the code handler around us is answering, or None outside of one."""
    acting = _acting.get()
    return acting.callback if acting else None


def release_worker() -> None:
    """Inside a handler: neither what the same person does meanwhile, nor anybody else, need wait for it.

    Outside of one this does nothing.
    """
    acting = _acting.get()
    if acting is not None and not acting.gave_way:
        acting.gave_way = True
        acting.callback.give_way()
        handler_runner.leave()


def current_application() -> Application:
    """The application of functions that name none: inside a handler the one that was written to, else the default.

    Raises `NotConfigured` where none is connected.
    """
    callback = current_callback()
    return callback.application if callback else applications.default()


def check_recipients(to: Sequence[str]) -> list[str]:
    """User IDs in lower case, each once. Raises `ContentError` for what is none, and for more than 1,000."""
    recipients = list(dict.fromkeys(user_id.lower() for user_id in to))
    if not 0 < len(recipients) <= MAX_RECIPIENTS:
        raise ContentError("A message goes to 1 to 1,000 members.", code="recipients", field="to")
    if not all(USER_ID.fullmatch(user_id) for user_id in recipients):
        # "@all" and "a|b" among them: whom they reach is not known, nor who of them did not get it.
        raise ContentError("A recipient is no user ID.", code="recipients", field="to")
    return recipients


@transaction.atomic
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
) -> Outbound:
    """Queue one call of message/send. Inside a handler, or with a `delivery_key`, the same send is made only once.

    A message to several is bulk, which waits while anything else is queued, unless `priority` is said to be 0 or more.
    Raises `ContentError` for a message that the platform would refuse.
    """
    acting = _acting.get()
    if acting is not None:
        delivery_key = delivery_key or acting.next_key()
        cid = cid or acting.callback.cid
    if application.is_assistant:
        remedy = "Send through an application that members have."
        raise ContentError(
            "The contacts assistant sends nothing.", code="assistant", field="application", remedy=remedy
        )
    recipients = check_recipients(to)
    earlier = Outbound.objects.filter(delivery_key=delivery_key).first() if delivery_key else None
    if earlier is not None:
        return earlier
    payload, files = (
        attachments.name_uploads(application, content.payload()) if upload is None else (content.payload(), [])
    )
    fingerprint = fingerprint_of(application, recipients, content, payload, upload)
    if upload is not None and content.msgtype in attachments.BARE_MEDIA:
        upload = attachments.split_copy(upload, fingerprint, timezone.now())
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
    }
    if delivery_key:
        outbound, created = Outbound.objects.get_or_create(delivery_key=delivery_key, defaults=values)
    else:
        outbound, created = Outbound.objects.create(**values), True
    if created:
        outbound.attached.set(files)
        outbound.wake()
    return outbound


@transaction.atomic
def enqueue_content(application: Application, content: Content, *, to: Sequence[str], cid: str = "") -> Outbound:
    """`send`; a file of ours goes by its upload, which gets a new media ID when this one has expired.

    Raises `ContentError` for a file without a media ID, or of another kind.
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


@transaction.atomic
def enqueue_parts(
    application: Application,
    contents: Sequence[Content],
    *,
    to: Sequence[str],
    uploads: Sequence[Upload] = (),
    expires_at: datetime | None = None,
    cid: str = "",
) -> list[Outbound]:
    """Queue what belongs together, in order; it is recalled together. `uploads` are the files of `contents`, if any."""
    files: Sequence[Upload | None] = uploads or [None] * len(contents)
    rows = [
        enqueue_message(application, content, to=to, upload=upload, expires_at=expires_at, cid=cid)
        for content, upload in zip(contents, files, strict=True)
    ]
    later = [row.pk for row in rows[1:] if row.first_part_id is None]
    Outbound.objects.filter(pk__in=later).update(first_part=rows[0])
    return rows


@contextmanager
def _as(acting: HandlerContext | None) -> Iterator[None]:
    token = _acting.set(acting)
    try:
        yield
    finally:
        _acting.reset(token)
