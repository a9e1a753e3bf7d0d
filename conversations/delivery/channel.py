"""WeChat Work as conversations use it besides sending: members, files that they send, and the handler that runs."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction

from conversations.models import Conversation
from wecom import services as wecom
from wecom.messages import Inbound
from wecom.models import Application, Callback, Download, Member

T = TypeVar("T")


def default_application() -> Application:
    """The application that is used if none is named. Raises `NotConfigured` if none is connected."""
    return wecom.current_application()


def member(application: Application, user_id: str) -> Member:
    """The member with this user ID, created on first contact."""
    return wecom.get_or_create_member(application, user_id)


def member_of(callback: Callback) -> Member:
    """The member who caused a callback."""
    return wecom.get_or_create_member(callback.application, callback.from_user_id)


@transaction.atomic
def conversation_with(user_id: str, *, application: Application | None = None) -> Conversation:
    """The conversation of a member by their user ID, locked until the transaction ends.

    With the default application if none is named; raises `NotConfigured` if there is none.
    """
    application = application or wecom.current_application()
    return Conversation.objects.locked(application, wecom.get_or_create_member(application, user_id))


def check_reach(user_id: str, *, application: Application | None = None) -> None:
    """Raise `ContentError` for a member who is known to have left, or to be out of the visible range."""
    wecom.check_reachable(user_id, application=application)


def find_unknown(user_ids: Sequence[str], *, application: Application) -> list[str]:
    """The user IDs among these that the directory does not have; [] until it was read."""
    return wecom.find_unknown(user_ids, application=application)


def find_unreached(user_ids: Sequence[str], *, application: Application) -> dict[str, str]:
    """The members among these whom no message reaches, each with "left", "out_of_range" or "unknown"."""
    unknown = wecom.find_unknown(user_ids, application=application)
    return dict.fromkeys(unknown, "unknown") | wecom.find_unreachable(user_ids, application=application)


def fetch_file(callback: Callback, inbound: Inbound) -> Download | None:
    """Queue the download of a message's file; None if it has none."""
    media_id = getattr(inbound, "media_id", "")
    if not media_id:
        return None
    return wecom.request_download(callback.application, kind=inbound.kind, media_id=media_id, cid=callback.cid)


def download_recording(application: Application, media_id: str) -> Path:
    """The recording of a voice message, downloaded now if needed. Raises `ContentError` and `TemporaryError`."""
    return wecom.download_media(media_id, kind="voice", application=application)


def pass_to_handlers(application: Application, member: Member, text: str, *, at: datetime, cid: str) -> bool:
    """Pass the transcript of a voice message to code handlers of texts; False if there are none."""
    return wecom.record_transcript(application, user_id=member.user_id, text=text, at=at, cid=cid)


def current_callback() -> Callback | None:
    """The callback whose code handler runs; None outside a handler."""
    return wecom.current_callback()


def check_recipient(user_id: str) -> None:
    """Raise `ContentError` for what is no user ID."""
    wecom.check_recipients([user_id])


def release_worker() -> None:
    """Let the worker of the running handler take other callbacks, because this handler waits."""
    wecom.release_worker()


def detached(function: Callable[..., T], *args: Any) -> T:
    """Call a function so that what it sends is not counted among the sends of the running handler."""
    with wecom.unnumbered_sends():
        return function(*args)
