"""One message to many members at once: a call for up to a thousand, without a row for each of them here."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from avatars import services as avatars
from avatars.models import Render
from conversations.delivery import video_delivery, watch_links
from conversations.delivery.video_delivery import DeliveryForm
from conversations.models import Session, Ticket
from conversations.wording import video_texts
from wecom import contents
from wecom import services as wecom
from wecom.contents import Text, TextCard, Video, clean, split_numbered, truncate
from wecom.models import Application, Corporation, Outbound, Upload

DESCRIPTION = 512  # bytes


@transaction.atomic(savepoint=False)
def broadcast(
    application: Application,
    content: contents.Content,
    *,
    to: Sequence[str],
    file: str = "",
    expires_at: datetime | None = None,
    cid: str,
    key: str = "",
) -> Outbound:
    """Queue a message to 1 to 1,000 members behind all replies.

    `file` is the name of its file in the media storage. Calls with the same `key` must go to different members, all of
    them in reach: the platform's limits count them once for everybody. Raises `ContentError` for content that WeChat
    Work would refuse, `OSError` if the file is missing.
    """
    upload = None
    if file:
        upload = wecom.ensure_upload(
            application,
            kind=content.msgtype,
            path=Path(default_storage.path(file)),
            name=file,
            filename=Path(file).name,
        )
    return _queue(application, content, to=to, upload=upload, expires_at=expires_at, cid=cid, key=key)


@transaction.atomic(savepoint=False)
def broadcast_text(
    application: Application,
    text: str,
    *,
    to: Sequence[str],
    expires_at: datetime | None = None,
    cid: str,
    key: str = "",
) -> Outbound:
    """Queue a text to 1 to 1,000 members behind all replies, in numbered parts if it is long; the last part's row.

    `key` is as in `broadcast`; each part counts once.
    """
    options: dict[str, Any] = {"to": to, "expires_at": expires_at, "cid": cid}
    parts = [Text(content=part) for part in split_numbered(clean(text))]
    if len(parts) == 1:
        return _queue(application, parts[0], key=key, **options)
    return wecom.enqueue_parts(application, parts, priority=Outbound.BULK, broadcast=key, **options)[-1]


@transaction.atomic(savepoint=False)
def broadcast_video(
    application: Application,
    render: Render,
    *,
    to: Sequence[str],
    title: str,
    closing: str = "",
    expires_at: datetime | None = None,
    cid: str,
    key: str = "",
) -> Outbound:
    """Queue a finished video to 1 to 1,000 members, in the form that WeChat Work accepts. All share one upload.

    `closing` is the last line of its description; `key` is as in `broadcast`.

    Raises `OSError` if its file is missing, `OutputError` if the file has no AI label.
    """
    delivery = video_delivery.delivery_of(render)
    avatars.check_label(render, delivery.name)
    until = min((moment for moment in (render.allowed_until, expires_at) if moment), default=None)
    heading, words = truncate(title, 128), _closed(render.shown_text, closing)
    if delivery.form == DeliveryForm.LINK:
        address = watch_links.render_url(application, None, render)
        card = TextCard(title=heading, description=words or video_texts.video_on_page(), url=address)
        return _queue(application, card, to=to, expires_at=until, cid=cid, key=key)
    upload = wecom.ensure_upload(
        application,
        kind=delivery.form.value,
        path=Path(default_storage.path(delivery.name)),
        name=delivery.name,
        filename=f"{render.digital_human.name}.mp4",
    )
    is_file = delivery.form == DeliveryForm.FILE
    content = contents.File() if is_file else Video(title=heading, description=words)
    return _queue(application, content, to=to, upload=upload, expires_at=until, cid=cid, key=key)


def _closed(words: str, closing: str) -> str:
    """Words that fit a description with a last line, which stays whole."""
    if not closing:
        return truncate(words, DESCRIPTION)
    return f"{truncate(words, DESCRIPTION - len(closing.encode()) - 1)}\n{closing}"


def take_back(outbound: Outbound) -> bool:
    """Cancel a message of which no call was made yet; False if it is too late for that."""
    return wecom.cancel_unsent(outbound)


def hold_unsent(cid: str) -> int:
    """Hold the unsent messages of a correlation ID; they may expire meanwhile. Returns how many messages."""
    return wecom.hold_unsent(cid)


def let_held_go(corporation: Corporation, *, now: datetime) -> int:
    """Release the held messages of a company; returns how many messages."""
    return wecom.let_held_go(corporation, now=now)


def in_dialogue(application: Application, members: Collection[int] | QuerySet[Any], *, since: datetime) -> set[int]:
    """Of these members those who owe an answer to a question that a flow asked since a moment, and those in a hand-off.

    Members are keys, or a query of keys.
    """
    rows = Session.objects.active().filter(
        conversation__application=application, conversation__member__in=members, asked_at__gt=since
    )
    handed = Ticket.objects.silencing().filter(conversation__application=application, conversation__member__in=members)
    keys = "conversation__member"
    return set(rows.order_by().values_list(keys, flat=True).union(handed.order_by().values_list(keys, flat=True)))


def _queue(
    application: Application,
    content: contents.Content,
    *,
    to: Sequence[str],
    upload: Upload | None = None,
    expires_at: datetime | None,
    cid: str,
    key: str,
) -> Outbound:
    return wecom.enqueue_message(
        application,
        content,
        to=to,
        upload=upload,
        priority=Outbound.BULK,
        expires_at=expires_at,
        cid=cid,
        broadcast=key,
    )
