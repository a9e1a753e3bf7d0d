"""Messages into group chats: queued, delivered, settled.

Source: https://developer.work.weixin.qq.com/document/path/90248. The platform has no duplicate check here, so a message
that may have arrived is not sent again by itself.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.work.base import LeaseLost
from wecom.client import access_tokens, api, call_limit_breaker, handler_context, retry_policy
from wecom.contents import Content
from wecom.exceptions import AmbiguousError, ApiError, ChatGone, ContentError, MediaExpired, WeComError
from wecom.media import uploads
from wecom.models import Application, GroupChat, GroupMessage, Outbound, Upload
from wecom.outbox import attachments, payloads, video_fallback
from wecom.quotas import group_chat_quota

logger = logging.getLogger(__name__)

TYPES = frozenset({"text", "image", "voice", "video", "file", "textcard", "news", "mpnews", "markdown"})
UPLOAD_WAIT = timedelta(seconds=10)


@transaction.atomic
def send_to_chat(
    chat: GroupChat, content: Content, *, upload: Upload | None = None, mentions: Sequence[str] = (), cid: str = ""
) -> GroupMessage:
    """Queue a message into a group chat. `mentions` are the user IDs, or "@all", that a text mentions.

    A message that may have arrived is not sent again by itself: the platform would show it twice. Raises `ContentError`
    for a card, which group chats do not show.
    """
    if content.msgtype not in TYPES:
        words = f"A group chat shows no message of type {content.msgtype}."
        raise ContentError(words, code="type", field="content", remedy="Send a text card or articles instead.")
    payload, files = content.payload(), list[Upload]()
    if content.msgtype in Outbound.NAMING_FILES:
        payload, files = attachments.name_uploads(chat.application, payload)
    if mentions and content.msgtype == "text":
        payload["mentioned_list"] = list(mentions)
    message = GroupMessage.objects.create(
        application=chat.application,
        chat=chat,
        msgtype=content.msgtype,
        content=payload,
        options=content.options(),
        upload=upload or _upload_of(chat.application, content.msgtype, payload),
        order_key=f"chat:{chat.pk}",
        cid=cid or handler_context.current_cid(),
    )
    message.attached.set(files)
    message.wake()
    return message


def resend_to_chat(message: GroupMessage) -> bool:
    """Send a finished group message again, because a person decided so; False while it is on its way."""
    return message.restart(in_doubt=False, errcode=None)


def deliver_to_chat(pk: int, *, now: datetime | None = None) -> None:
    """Make one attempt to deliver a group message, or put it back with the reason."""
    message = GroupMessage.claim(pk, now=now)
    if message is None:
        return
    try:
        _deliver(message, now or timezone.now())
    except LeaseLost:
        logger.info("Another worker delivers this message.", extra={"cid": message.cid})


def _deliver(message: GroupMessage, now: datetime) -> None:
    if message.in_doubt:  # its worker died during the call
        message.settle(GroupMessage.Status.FAILED, GroupMessage.Reason.UNKNOWN)
        return
    if any(_waits_for_upload(message, upload, now) for upload in message.files()):
        return
    if not video_fallback.apply_fallback(message):
        message.settle(GroupMessage.Status.FAILED, GroupMessage.Reason.UPLOAD_FAILED)
        return
    try:
        called = _call(message)
    except AmbiguousError:
        message.settle(GroupMessage.Status.FAILED, GroupMessage.Reason.UNKNOWN)
    except ChatGone as error:
        fields: dict[str, Any] = {"errcode": error.errcode, "in_doubt": False, "called_at": None}
        message.settle(GroupMessage.Status.FAILED, GroupMessage.Reason.CHAT, **fields)
    except MediaExpired as error:
        _upload_again(message, error, now)
    except WeComError as error:
        retry_policy.retry_or_fail(message, message.application, error, in_doubt=False, called_at=None)
    else:
        if called:
            message.settle(GroupMessage.Status.DONE, errcode=0, in_doubt=False)


def _waits_for_upload(message: GroupMessage, upload: Upload, now: datetime) -> bool:
    """Put the message back until the upload is done, or fail it with the upload."""
    if upload.is_usable(now):
        return False
    if upload.status == Upload.Status.FAILED:
        message.settle(GroupMessage.Status.FAILED, GroupMessage.Reason.UPLOAD_FAILED)
    else:
        uploads.requeue(upload)
        message.postpone(now + UPLOAD_WAIT, GroupMessage.Reason.UPLOADING, count_attempt=False)
    return True


def _call(message: GroupMessage) -> bool:
    """False if a limit is used up: the message was put back.

    In doubt from before the call, so that a dead worker leaves a trace; not before there is a token.
    """
    application = message.application
    token = access_tokens.valid_token(application)
    media_id = message.upload.media_id if message.upload else ""
    carried = {name: upload.media_id for name, upload in message.attachments().items()}
    part = payloads.fill_media_ids(message.msgtype, message.content, media_id=media_id, carried=carried)
    call = {"chatid": message.chat.chat_id, "msgtype": message.msgtype, message.msgtype: part, **message.options}
    if not _reserve(message):
        return False
    api.post(application, "appchat/send", call, token=token)
    return True


@transaction.atomic
def _reserve(message: GroupMessage) -> bool:
    """Count the message, or put it back until there may be room. The corporation is locked meanwhile."""
    call_limit_breaker.lock_corporation(message.application.corporation_id)
    now = timezone.now()
    until = group_chat_quota.wait_until(message, now)
    if until is None:
        message.update_leased(in_doubt=True, called_at=now)
    else:
        message.postpone(until, GroupMessage.Reason.QUOTA, count_attempt=False)
    return until is None


def _upload_again(message: GroupMessage, error: ApiError, now: datetime) -> None:
    files = message.files()
    if not files:
        fields: dict[str, Any] = {"errcode": error.errcode, "in_doubt": False, "called_at": None}
        message.settle(GroupMessage.Status.FAILED, GroupMessage.Reason.REFUSED, **fields)
        return
    for upload in files:
        uploads.mark_expired(upload)
    message.postpone(now + UPLOAD_WAIT, GroupMessage.Reason.UPLOADING, in_doubt=False, called_at=None)


def _upload_of(application: Application, msgtype: str, payload: dict[str, object]) -> Upload | None:
    media_id = payload.get("media_id")
    if msgtype not in payloads.MEDIA or not isinstance(media_id, str) or not media_id:
        return None
    return uploads.find_by_media_id(application, kind=msgtype, media_id=media_id)
