"""Videos and answers for code: the guide's functions, which wait until there is something to return.

They work inside a handler, whose person may go on chatting meanwhile, and outside of one (`asyncio.run`, a shell). For
sync code each has a plain function beside it.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db import transaction
from django.utils import translation

from avatars import services as avatars
from avatars.exceptions import AvatarError, RenderCancelled, ScriptError
from avatars.models import Consent, DigitalHuman, Render
from conversations import wording
from conversations.delivery import channel, messages
from conversations.errands import worker
from conversations.language import language_of
from conversations.models import Content, Conversation, Message
from conversations.videos import lifecycle, requests
from core import backends
from core.web import signed_links
from core.work.db_connections import release_connections
from wecom import services as wecom
from wecom.models import Callback, Outbound

T = TypeVar("T")

POLL = 0.4
NAMED = 10


async def generate_and_send_video(user_id: str, digital_human_id: int, text: str, mode: str = "") -> Message:
    """Have a digital human say a text to a member; returns the message when it is in the outbox.

    A video, or text where that could not be made (`degraded`), or nothing where the member cancelled it (`state`).
    `mode` is one of "lipsync", "talking_head", "enhanced_lipsync", "enhanced_talking_head"; by default the digital
    human's own. Raises `ScriptError` for what cannot become a video, `AvatarError` ("time_limit") where it takes too
    long; it is sent all the same when it is ready.
    """
    pk = await _apart(_ask_for_message, user_id, digital_human_id, text, mode)
    return await _until(lambda: _released(pk))


async def generate_digital_human_video(digital_human_id: int, text: str, mode: str = "") -> str:
    """Have a digital human say a text; the path of the finished MP4. Equal words are made only once.

    Raises `AvatarError` with the code and the remedy of what went wrong, `ConsentError` among them.
    """
    pk = await _apart(_ask_for_render, digital_human_id, text, mode)
    render = await _until(lambda: _ended(pk))
    return str(_video(render).path)


async def generate_video(text: str) -> str:
    """Have the desk's digital human say a text; a URL that opens the finished video for whoever has it.

    Raises `ScriptError` ("no_desk") where no digital human is at the desk, else as `generate_digital_human_video`.
    """
    pk = await _apart(_ask_for_render, await sync_to_async(_at_the_desk)(), text, "", Consent.Purpose.EXTERNAL)
    render = await _until(lambda: _ended(pk))
    return signed_links.signed_url(str(_video(render).name))


async def generate_response(text: str) -> str:
    """What the digital human answers to a text, from the REPLY_PROVIDERS; polite words where none of them knows."""
    return await sync_to_async(reply_to)(text)


async def process_with_ai(text: str) -> str:
    """The guide's other name of `generate_response`."""
    return await generate_response(text)


async def send_recording(user_id: str, file_path: str | Path) -> list[Outbound]:
    """Send a recording of any format, as voice messages of less than a minute that end where somebody pauses.

    As a file where AMR cannot be written. Raises `OutputError` for what is no recording, and `ContentError` and
    `WeComError` for what cannot be uploaded.
    """
    return await sync_to_async(channel.send_recording)(user_id, Path(file_path))


def send_recording_of(user_id: str, *, file_path: str | Path) -> list[Outbound]:
    """`send_recording` for sync code."""
    return channel.send_recording(user_id, Path(file_path))


def send_video_of(user_id: str, *, digital_human_id: int, text: str, mode: str = "") -> Message:
    """`generate_and_send_video` for sync code."""
    return async_to_sync(generate_and_send_video)(user_id, digital_human_id, text, mode)


def video_of(digital_human_id: int, *, text: str, mode: str = "") -> str:
    """`generate_digital_human_video` for sync code."""
    return async_to_sync(generate_digital_human_video)(digital_human_id, text, mode)


def video_url_of(text: str) -> str:
    """`generate_video` for sync code."""
    return async_to_sync(generate_video)(text)


def reply_to(text: str) -> str:
    """`generate_response` for sync code. Raises `NotConfigured` where no application is connected."""
    conversation = _conversation(wecom.current_callback())
    language = language_of(text, otherwise=conversation.language)
    with translation.override(language):
        most = settings.CONVERSATIONS["MAX_TEXT"]
        if len(text) > most:
            return wording.text_too_long(len(text), most)
        return _first_reply(conversation, text, language) or wording.not_understood()


def _first_reply(conversation: Conversation, text: str, language: str) -> str | None:
    for name in backends.names("REPLY_PROVIDERS"):
        provider = backends.backend("REPLY_PROVIDERS", name)
        if provider.waits:
            return worker.reply_now(conversation, name, text, language=language)
        reply: str | None = provider.reply(text, language=language)
        if reply:
            return reply
    return None


def _conversation(callback: Callback | None) -> Conversation:
    """That of whoever is answered; outside of a handler, or before it has begun, an empty one that is not stored."""
    application = channel.default_application()
    desk = messages.desk_of(application)
    empty = Conversation(application=application, language=desk.language if desk else settings.LANGUAGE_CODE)
    if callback is None:
        return empty
    member = channel.member_of(callback)
    return Conversation.objects.filter(application=application, member=member).first() or empty


@transaction.atomic
def _ask_for_message(user_id: str, digital_human_id: int, text: str, mode: str) -> int:
    wecom.check_recipients([user_id])
    human, callback = _digital_human(digital_human_id), wecom.current_callback()
    conversation = messages.conversation_with(user_id)
    cid = callback.cid if callback else secrets.token_hex(8)
    # A handler that runs again after a crash finds what it had asked for.
    asked = conversation.messages().filter(
        cid=cid,
        direction=Message.Direction.OUT,
        content__kind=Content.Kind.VIDEO,
        content__text=text.strip(),
        render__digital_human=human,
        render__mode=mode or human.mode,
    )
    message = asked.first() if callback else None
    return (message or requests.say_video(conversation, text, mode=mode, digital_human=human, cid=cid)).pk


@transaction.atomic
def _ask_for_render(digital_human_id: int, text: str, mode: str, purpose: str = Consent.Purpose.CHAT) -> int:
    callback = wecom.current_callback()
    cid = callback.cid if callback else secrets.token_hex(8)
    return avatars.request_render(_digital_human(digital_human_id), text, mode=mode, purpose=purpose, cid=cid).pk


def _digital_human(pk: int) -> DigitalHuman:
    people = DigitalHuman.objects.select_related("voice")
    human = people.filter(pk=pk).first() if str(pk).isdecimal() else None
    if human is None:
        known = ", ".join(f"{row.pk} ({row.name})" for row in people.order_by("pk")[:NAMED])
        remedy = f"There are {known}." if known else "Create one in the admin first."
        words = f"There is no digital human {pk}."
        raise ScriptError(words, code="no_digital_human", field="digital_human_id", remedy=remedy)
    return human


def _at_the_desk() -> int:
    desk = messages.desk_of(channel.default_application())
    if desk is None:
        raise ScriptError("No digital human is at this desk.", code="no_desk", remedy="Choose one in the admin.")
    return desk.digital_human_id


def _released(pk: int) -> Message | None:
    message = Message.objects.select_related("content", "render", "outbound").get(pk=pk)
    if message.state != Message.State.WAITING:
        return message
    if message.render is None:
        lifecycle.release_all()  # its render was deleted
    elif message.render.is_finished:
        lifecycle.release(message.render)
    return None


def _ended(pk: int) -> Render | None:
    """A render that has ended; one that is gone counts as cancelled."""
    render = Render.objects.filter(pk=pk).first()
    if render is None:
        raise RenderCancelled("The video was deleted.", code="cancelled")
    return render if render.is_finished else None


def _video(render: Render) -> Any:
    """The file of a render that has ended well."""
    if render.status == Render.Status.CANCELLED:
        raise RenderCancelled("Somebody cancelled the video.", code="cancelled")
    if render.status != Render.Status.DONE or not render.video:
        raise AvatarError("The video could not be made.", code=render.reason or "failed", remedy=render.hint)
    return render.video


async def _until(look: Callable[[], T | None]) -> T:
    """What a look brings as soon as it brings anything."""
    deadline = time.monotonic() + settings.AVATARS["TIME_LIMIT"]
    found = await _apart(look)
    if found is None:
        await sync_to_async(wecom.release_worker)()
    while found is None:
        if time.monotonic() > deadline:
            words = "It goes on being made. Look whether a render worker runs, and how many renders wait."
            raise AvatarError("The video is not ready yet.", code="time_limit", remedy=words)
        await sync_to_async(release_connections)()
        await asyncio.sleep(POLL)
        found = await _apart(look)
    return found


async def _apart(function: Callable[..., T], *args: Any) -> T:
    """Call it on the database's thread. What goes out meanwhile has keys of its own, not the handler's."""

    def call() -> T:
        with wecom.unnumbered_sends():
            return function(*args)

    return await sync_to_async(call)()
