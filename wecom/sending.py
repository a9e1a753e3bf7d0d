"""Sends become rows of the outbox. Inside a handler each has a number of its own, so that a retry doubles nothing."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from wecom import applications, running, uploads
from wecom.contents import Content, File, Image, Media, Text, TextCard, Video, Voice, split_numbered, truncate
from wecom.exceptions import ContentError
from wecom.models import Application, Callback, Outbound, Upload
from wecom.signals import program_sent

MAX_RECIPIENTS = 1000
USER_ID = re.compile(r"[^\s|@][^\s|]{0,63}")
VIDEO_TITLE, VIDEO_DESCRIPTION = 128, 512  # bytes
CARD_BUTTON = 4  # characters


@dataclass(kw_only=True)
class Acting:
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


_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)


@contextmanager
def acting_on(callback: Callback) -> Iterator[None]:
    """Sends inside this block belong to the callback."""
    with _as(Acting(callback=callback)):
        yield


@contextmanager
def apart() -> Iterator[None]:
    """Sends inside this block do not count among those of the handler: something else makes them only once."""
    callback = answering()
    with _as(Acting(callback=callback, numbered=False) if callback else None):
        yield


def answering() -> Callback | None:
    """The callback that the code handler around us is answering, or None outside of one."""
    acting = _acting.get()
    return acting.callback if acting else None


def taking_long() -> None:
    """Inside a handler: neither what the same person does meanwhile, nor anybody else, need wait for it.

    Outside of one this does nothing.
    """
    acting = _acting.get()
    if acting is not None and not acting.gave_way:
        acting.gave_way = True
        acting.callback.give_way()
        running.leave()


def default_application() -> Application:
    """The application of functions that name none: inside a handler the one that was written to, else the default.

    Raises `NotConfigured` where none is connected.
    """
    callback = answering()
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
def send(
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
    recipients = check_recipients(to)
    payload = content.payload()
    values: dict[str, Any] = {
        "application": application,
        "recipients": recipients,
        "reach": len(recipients),
        "msgtype": content.msgtype,
        "content": payload,
        "upload": upload,
        "priority": priority if priority is not None else Outbound.BULK if len(recipients) > 1 else 0,
        "expires_at": expires_at,
        "order_key": f"{application.pk}:{recipients[0]}" if len(recipients) == 1 else "",
        "cid": cid,
        "fingerprint": _fingerprint(application, recipients, content.msgtype, payload, upload),
    }
    if delivery_key:
        outbound, created = Outbound.objects.get_or_create(delivery_key=delivery_key, defaults=values)
    else:
        outbound, created = Outbound.objects.create(**values), True
    if created:
        outbound.wake()
    return outbound


@transaction.atomic
def send_text(user_id: str, *, content: str, application: Application | None = None) -> Outbound:
    """Send text to one member; text over 2,048 bytes goes out in numbered parts. Returns the last part's row."""
    application = application or default_application()
    if not content.strip():
        raise ContentError("The text is empty.", code="empty", field="content", remedy="Write something to send.")
    parts = [send(application, Text(content=part), to=[user_id]) for part in split_numbered(content)]
    return _announced(parts[-1], content)


def send_image(user_id: str, *, media_id: str, application: Application | None = None) -> Outbound:
    """Send a picture that was uploaded. Raises `ContentError` for a media ID of another kind."""
    return _send_media(user_id, Image(media_id=media_id), application)


def send_voice(user_id: str, *, media_id: str, application: Application | None = None) -> Outbound:
    """Send a recording that was uploaded."""
    return _send_media(user_id, Voice(media_id=media_id), application)


def send_file(user_id: str, *, media_id: str, application: Application | None = None) -> Outbound:
    """Send a file that was uploaded."""
    return _send_media(user_id, File(media_id=media_id), application)


def send_video(
    user_id: str, *, media_id: str, title: str = "", description: str = "", application: Application | None = None
) -> Outbound:
    """Send a video that was uploaded; a title over 128 bytes, or a description over 512, ends in an ellipsis."""
    title, description = truncate(title, VIDEO_TITLE), truncate(description, VIDEO_DESCRIPTION)
    return _send_media(user_id, Video(media_id=media_id, title=title, description=description), application)


@transaction.atomic
def send_text_card(
    user_id: str, *, title: str, description: str, url: str, btn_text: str = "", application: Application | None = None
) -> Outbound:
    """Send a card with a link. Raises `ContentError`, with the field, for what the platform would cut or refuse.

    The button's text is the exception: what is over 4 characters is cut here as it is there ("View Options": "View").
    """
    card = TextCard(title=title, description=description, url=url, btn_text=btn_text[:CARD_BUTTON].rstrip())
    return _announced(send(application or default_application(), card, to=[user_id]), f"{title}\n{description}")


@transaction.atomic
def _send_media(user_id: str, content: Media, application: Application | None) -> Outbound:
    """One of ours is sent by its upload, which gets a new media ID when this one has expired."""
    application = application or default_application()
    if not content.media_id.strip():
        remedy = f"Upload the file first: upload_{content.msgtype} gives its media ID."
        raise ContentError("The media ID is empty.", code="empty", field="media_id", remedy=remedy)
    upload = uploads.known(application, kind=content.msgtype, media_id=content.media_id)
    if upload is not None:
        content = replace(content, media_id="")
    words = f"{getattr(content, 'title', '')}\n{getattr(content, 'description', '')}".strip()
    return _announced(send(application, content, to=[user_id], upload=upload), words)


def _announced(outbound: Outbound, text: str) -> Outbound:
    program_sent.send(Outbound, outbound=outbound, text=text)
    return outbound


@contextmanager
def _as(acting: Acting | None) -> Iterator[None]:
    token = _acting.set(acting)
    try:
        yield
    finally:
        _acting.reset(token)


def _fingerprint(
    application: Application, recipients: list[str], msgtype: str, payload: dict[str, Any], upload: Upload | None
) -> str:
    whole = [application.pk, recipients, msgtype, payload, upload.pk if upload else None]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
