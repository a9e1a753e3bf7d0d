"""WeChat Work as conversations use it besides sending: members, files that they send, and the handler that runs."""

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction

from conversations.models import Conversation
from wecom import services as wecom
from wecom.messages import Inbound
from wecom.models import Application, Callback, Download, Member
from wecom.services import (
    change_member,
    check_reachable,
    current_application,
    current_callback,
    find_departments,
    find_members,
    find_unknown,
    get_or_create_member,
    pushes_are_stopped,
    refuse_stopped_push,
    release_worker,
)

__all__ = [
    "change_member",
    "check_reachable",
    "check_recipient",
    "conversation_with",
    "current_application",
    "current_callback",
    "detached",
    "download_recording",
    "fetch_file",
    "find_departments",
    "find_members",
    "find_unknown",
    "forget_recording",
    "get_or_create_member",
    "languages_with",
    "member_of",
    "pass_to_handlers",
    "pushes_are_stopped",
    "readings_of_names",
    "refuse_stopped_push",
    "release_worker",
]

T = TypeVar("T")


def member_of(callback: Callback) -> Member:
    """The member who caused a callback."""
    return get_or_create_member(callback.application, callback.from_user_id)


@transaction.atomic
def conversation_with(user_id: str, *, application: Application | None = None) -> Conversation:
    """The conversation of a member by their user ID, locked until the transaction ends.

    With the default application if none is named; raises `NotConfigured` if there is none.
    """
    application = application or current_application()
    return Conversation.objects.locked(application, get_or_create_member(application, user_id))


def languages_with(members: Collection[Member], *, application: Application) -> dict[str, str]:
    """The languages in which an application speaks with members, by user ID."""
    return Conversation.objects.languages(application, members)


def readings_of_names(names: Collection[str], with_notes: Collection[str]) -> dict[str, str]:
    """Of these names those of members, each with the pinyin of its owner or "".

    Those of `with_notes` are found in names like 曾丽（人事）, too.
    """
    return Member.objects.readings(names, with_notes=with_notes)


def fetch_file(callback: Callback, inbound: Inbound) -> Download | None:
    """Queue the download of a message's file; None if it has none."""
    media_id = getattr(inbound, "media_id", "")
    if not media_id:
        return None
    return wecom.request_download(callback.application, kind=inbound.kind, media_id=media_id, cid=callback.cid)


def download_recording(application: Application, media_id: str) -> Path:
    """The recording of a voice message, downloaded now if needed. Raises `ContentError` and `TemporaryError`."""
    return wecom.download_media(media_id, kind="voice", application=application)


def forget_recording(download: Download | None) -> None:
    """Remove a file that a member sent, if there is one."""
    if download is not None:
        wecom.forget_download(download)


def pass_to_handlers(application: Application, member: Member, text: str, *, at: datetime, cid: str) -> bool:
    """Pass the transcript of a voice message to code handlers of texts; False if there are none."""
    return wecom.record_transcript(application, user_id=member.user_id, text=text, at=at, cid=cid)


def check_recipient(user_id: str) -> None:
    """Raise `ContentError` for an invalid user ID."""
    wecom.check_recipients([user_id])


def detached(function: Callable[..., T], *args: Any) -> T:
    """Call a function without counting its sends among those of the running handler."""
    with wecom.unnumbered_sends():
        return function(*args)
