"""Group chats of an application: made, changed and read at once; what is said in them goes through rows.

Sources: https://developer.work.weixin.qq.com/document/path/90244, 90245, 98913, 98914 and 90248. Only an application
that the whole company sees may make them, of its members only, and it does not hear what they write there.
"""

import logging
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.work.base import LeaseLost
from wecom.client import access_tokens, api, circuit_breaker, retry_policy
from wecom.contents import Content
from wecom.contents.validation import counted
from wecom.exceptions import AmbiguousError, ApiError, ChatGone, ContentError, MediaExpired, WeComError
from wecom.media import uploads
from wecom.models import Application, GroupChat, GroupMessage, Outbound, Upload
from wecom.outbox import attachments, payloads, video_fallback
from wecom.quotas import group_chats

logger = logging.getLogger(__name__)

CHAT_ID = re.compile(r"[0-9A-Za-z]{1,32}")
NAME, FEWEST, MOST = 50, 2, 2000
EXISTS = 86215
TYPES = frozenset({"text", "image", "voice", "video", "file", "textcard", "news", "mpnews", "markdown"})
LOOK_AGAIN = timedelta(seconds=10)


def create_chat(
    application: Application, *, name: str, user_ids: Sequence[str], owner: str = "", chat_id: str = ""
) -> GroupChat:
    """Make a chat; see `services.create_chat`. It is named by us, so that asking twice makes one."""
    members = _members("user_ids", user_ids)
    counted("user_ids", len(members), MOST, least=FEWEST)
    owner = owner.lower() or members[0]
    if owner not in members:
        raise _wrong("owner", "The owner is not among the members.", "Name one of them.")
    if chat_id and not CHAT_ID.fullmatch(chat_id):
        raise _wrong("chat_id", "The field chat_id is no name for a chat.", "Use 1 to 32 letters and digits.")
    row = GroupChat(application=application, chat_id=chat_id or secrets.token_hex(16), name=_name(name))
    row.owner, row.user_ids = owner, members
    call = {"name": row.name, "owner": owner, "userlist": members, "chatid": row.chat_id}
    try:
        _post(application, "appchat/create", call)
    except AmbiguousError:
        _create_again(application, call)
    row.save()
    return row


def update_chat(
    chat: GroupChat, *, name: str = "", owner: str = "", add: Sequence[str] = (), remove: Sequence[str] = ()
) -> GroupChat:
    """Change a chat; see `services.update_chat`. Doing the same twice changes nothing."""
    call: dict[str, Any] = {"chatid": chat.chat_id}
    added, removed = _members("add", add), _members("remove", remove)
    wanted = {"name": _name(name), "owner": owner.lower(), "add_user_list": added, "del_user_list": removed}
    call |= {field: value for field, value in wanted.items() if value}
    if len(call) > 1:
        _post(chat.application, "appchat/update", call)
    return fetch_chat(chat.application, chat.chat_id)


def fetch_chat(application: Application, chat_id: str) -> GroupChat:
    """A chat as the platform has it, kept in its row. Raises `ChatGone` for one that there is not."""
    answer = access_tokens.with_token(
        application,
        lambda token: api.get(application.api_base_url, "appchat/get", access_token=token, chatid=chat_id),
    )
    told = answer.get("chat_info")
    info = told if isinstance(told, dict) else {}
    users = info.get("userlist")
    fields = {
        "name": str(info.get("name") or "")[:NAME],
        "owner": str(info.get("owner") or "").lower(),
        "user_ids": [str(one).lower() for one in users] if isinstance(users, list) else [],
    }
    row, _ = GroupChat.objects.update_or_create(application=application, chat_id=chat_id, defaults=fields)
    return row


@transaction.atomic
def send_to_chat(
    chat: GroupChat, content: Content, *, upload: Upload | None = None, mentions: Sequence[str] = (), cid: str = ""
) -> GroupMessage:
    """Queue a message into a chat; see `services.send_to_chat`."""
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
        cid=cid,
    )
    message.attached.set(files)
    message.wake()
    return message


def deliver_to_chat(pk: int, *, now: datetime | None = None) -> None:
    """Say something in a chat, or put the row back with the reason."""
    message = GroupMessage.claim(pk, now=now)
    if message is None:
        return
    try:
        _deliver(message, now or timezone.now())
    except LeaseLost:
        logger.info("Somebody else delivers this message.", extra={"cid": message.cid})


def _deliver(message: GroupMessage, now: datetime) -> None:
    if message.in_doubt:  # its worker died in the middle of the call
        message.settle(GroupMessage.Status.FAILED, GroupMessage.Reason.UNKNOWN)
        return
    if any(_waits_for(message, upload, now) for upload in message.files()):
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


def _waits_for(message: GroupMessage, upload: Upload, now: datetime) -> bool:
    """Put it back, or end it, where the platform has no such file yet, or never will."""
    if upload.is_usable(now):
        return False
    if upload.status == Upload.Status.FAILED:
        message.settle(GroupMessage.Status.FAILED, GroupMessage.Reason.UPLOAD_FAILED)
    else:
        uploads.requeue(upload)
        message.postpone(now + LOOK_AGAIN, GroupMessage.Reason.UPLOADING, count_attempt=False)
    return True


def _call(message: GroupMessage) -> bool:
    """In doubt from before the call, so that a dead worker leaves a trace; not before there is a token.

    False where a limit is used up: then it was put back.
    """
    application = message.application
    token = access_tokens.valid_token(application)
    media_id = message.upload.media_id if message.upload else ""
    carried = {name: upload.media_id for name, upload in message.attachments().items()}
    part = payloads.fill_media_ids(message.msgtype, message.content, media_id=media_id, carried=carried)
    call = {"chatid": message.chat.chat_id, "msgtype": message.msgtype, message.msgtype: part, **message.options}
    if not _reserve(message):
        return False
    _post(application, "appchat/send", call, token=token)
    return True


@transaction.atomic
def _reserve(message: GroupMessage) -> bool:
    """Count it, or put it back until there may be room. One at a time in the company, so that none counts too few."""
    circuit_breaker.lock_corporation(message.application.corporation_id)
    now = timezone.now()
    until = group_chats.wait_until(message, now)
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
    message.postpone(now + LOOK_AGAIN, GroupMessage.Reason.UPLOADING, in_doubt=False, called_at=None)


def _create_again(application: Application, call: dict[str, Any]) -> None:
    """The answer was lost: that the chat exists tells that the first time worked."""
    try:
        _post(application, "appchat/create", call)
    except ApiError as error:
        if error.errcode != EXISTS:
            raise


def _post(application: Application, path: str, call: dict[str, Any], *, token: str = "") -> dict[str, Any]:
    body = payloads.encode_json(call)
    return access_tokens.with_token(
        application,
        lambda value: api.post(application.api_base_url, path, body, access_token=value),
        token=token,
    )


def _upload_of(application: Application, msgtype: str, payload: dict[str, object]) -> Upload | None:
    media_id = payload.get("media_id")
    if msgtype not in payloads.MEDIA or not isinstance(media_id, str) or not media_id:
        return None
    return uploads.find_by_media_id(application, kind=msgtype, media_id=media_id)


def _members(field: str, user_ids: Sequence[str]) -> list[str]:
    if isinstance(user_ids, str) or any(not user_id.strip() for user_id in user_ids):
        raise _wrong(field, f"The field {field} is no list of user IDs.", "Give a list of user IDs.")
    return list(dict.fromkeys(user_id.lower() for user_id in user_ids))


def _name(name: str) -> str:
    if len(name) > NAME:
        raise _wrong("name", f"The name has {len(name)} characters.", f"Shorten it to {NAME}.")
    return name.strip()


def _wrong(field: str, words: str, remedy: str) -> ContentError:
    return ContentError(words, code="invalid", field=field, remedy=remedy)
