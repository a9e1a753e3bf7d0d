"""Videos and answers for code: the awaitables of the integration guide.

They work inside a handler, which does not block the member's other messages meanwhile, and outside of one
(`asyncio.run`, a shell). Each has a function for sync code beside it.
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
from django.db.models import Q
from django.utils import translation

from avatars import services as avatars
from avatars.exceptions import AvatarError, RenderCancelled, ScriptError
from avatars.models import Consent, DigitalHuman, Render
from conversations.delivery import channel, messages
from conversations.errands import worker
from conversations.knowledge import answer_retrieval
from conversations.models import Answer, Content, Conversation, Desk, Message
from conversations.videos import lifecycle, video_messages
from conversations.wording import chat_texts
from core import backends
from core.web import signed_links
from core.work.db_connections import release_connections
from wecom.models import Callback, Outbound

T = TypeVar("T")

POLL = 0.4
NAMED = 10


async def generate_and_send_video(user_id: str, digital_human_id: int, text: str, mode: str = "") -> Message:
    """Send a member a video of a digital human; the message, as soon as it is in the outbox.

    If the video fails, text is sent (`degraded`); if the member cancels it, nothing is (`state`). `mode` is one of
    "lipsync", "talking_head", "enhanced_lipsync", "enhanced_talking_head"; by default the digital human's own. Raises
    `ScriptError` for a text that cannot become a video, `AvatarError` ("time_limit") if it takes too long; then it is
    still sent when it is ready.
    """
    pk = await _detached(_ask_for_message, user_id, digital_human_id, text, mode)
    return await _until(lambda: _released(pk))


async def generate_digital_human_video(digital_human_id: int, text: str, mode: str = "") -> str:
    """Render a video of a digital human; the path of the MP4. Equal texts share one render.

    Raises `AvatarError` with a code and a remedy, such as `ConsentError`.
    """
    pk = await _detached(_ask_for_render, digital_human_id, text, mode)
    render = await _until(lambda: _ended(pk))
    return str(_video(render).path)


async def generate_video(text: str) -> str:
    """Render a video of the application's digital human; a URL that opens it without a login.

    Raises `ScriptError` ("no_desk") if the application has none, else as `generate_digital_human_video`.
    """
    pk = await _detached(
        _ask_for_render, await sync_to_async(_default_digital_human)(), text, "", Consent.Purpose.EXTERNAL
    )
    render = await _until(lambda: _ended(pk))
    return signed_links.signed_url(str(_video(render).name))


async def generate_response(text: str) -> str:
    """The answer of the REPLY_PROVIDERS to a text; a polite text if none of them has one."""
    return await sync_to_async(reply_to)(text)


async def process_with_ai(text: str) -> str:
    """The guide's other name of `generate_response`."""
    return await generate_response(text)


async def send_recording(user_id: str, file_path: str | Path) -> list[Outbound]:
    """Send a recording of any format as voice messages of less than a minute, split at pauses.

    It is sent as a file if AMR cannot be written. Raises `OutputError` for a file that is no recording, `ContentError`
    and `WeComError` if uploading fails.
    """
    return await sync_to_async(messages.send_recording)(user_id, Path(file_path))


def send_recording_of(user_id: str, *, file_path: str | Path) -> list[Outbound]:
    """`send_recording` for sync code."""
    return messages.send_recording(user_id, Path(file_path))


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
    """`generate_response` for sync code. Raises `NotConfigured` if no application is connected."""
    conversation = _conversation(channel.current_callback())
    conversation.notice_language(text, is_first=conversation.pk is None)
    language = conversation.language
    with translation.override(language):
        most = settings.CONVERSATIONS["MAX_TEXT"]
        if len(text) > most:
            return chat_texts.text_too_long(len(text), most)
        answer_retrieval.prepare(text)
        return _first_reply(conversation, text, language) or chat_texts.not_understood()


def _first_reply(conversation: Conversation, text: str, language: str) -> str | None:
    member = conversation.member if conversation.member_id else None
    names = backends.names("REPLY_PROVIDERS")
    grounded = next((name for name in names if getattr(_provider(name), "needs_ground", False)), None)
    for name in names:
        provider = _provider(name)
        if name == grounded:
            continue
        if provider.waits:
            return worker.ask_now(conversation, name, text, language=language)
        if grounded is not None and provider.is_ground:
            if words := worker.word_now(conversation, grounded, text, language=language):
                return words
            grounded = None
        reply: str | Answer | None = provider.reply_to(member, text, language=language)
        if reply:
            return reply if isinstance(reply, str) else reply.answer
    return None


def _provider(name: str) -> Any:
    return backends.backend("REPLY_PROVIDERS", name)


def _conversation(callback: Callback | None) -> Conversation:
    """The conversation of the running handler; an empty, unsaved one outside a handler or before the first message."""
    application = channel.current_application()
    desk = Desk.objects.of(application)
    empty = Conversation(application=application, language=desk.language if desk else settings.LANGUAGE_CODE)
    if callback is None:
        return empty
    member = channel.member_of(callback)
    return Conversation.objects.filter(application=application, member=member).first() or empty


@transaction.atomic
def _ask_for_message(user_id: str, digital_human_id: int, text: str, mode: str) -> int:
    channel.check_recipient(user_id)
    human, callback = _digital_human(digital_human_id), channel.current_callback()
    conversation = channel.conversation_with(user_id)
    cid = callback.cid if callback else secrets.token_hex(8)
    # A handler that runs again after a crash finds its earlier request.
    sent = conversation.messages().filter(cid=cid, direction=Message.Direction.OUT, content__text=text.strip())
    video = Q(content__kind=Content.Kind.VIDEO, render__digital_human=human, render__mode=mode or human.mode)
    asked = sent.filter(video | Q(reason=Message.Reason.CHOSEN))
    message = asked.first() if callback else None
    return (message or video_messages.say_video(conversation, text, mode=mode, digital_human=human, cid=cid)).pk


@transaction.atomic
def _ask_for_render(digital_human_id: int, text: str, mode: str, purpose: str = Consent.Purpose.CHAT) -> int:
    callback = channel.current_callback()
    cid = callback.cid if callback else secrets.token_hex(8)
    return avatars.request_render(_digital_human(digital_human_id), text, mode=mode, purpose=purpose, cid=cid).pk


def _digital_human(pk: int) -> DigitalHuman:
    humans = DigitalHuman.objects.select_related("voice")
    human = humans.filter(pk=pk).first() if str(pk).isdecimal() else None
    if human is None:
        known = ", ".join(f"{row.pk} ({row.name})" for row in humans.order_by("pk")[:NAMED])
        remedy = f"There are {known}." if known else "Create one in the admin first."
        words = f"There is no digital human {pk}."
        raise ScriptError(words, code="no_digital_human", field="digital_human_id", remedy=remedy)
    return human


def _default_digital_human() -> int:
    return video_messages.digital_human_of(None).pk


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
    """A finished render; a deleted one counts as cancelled."""
    render = Render.objects.filter(pk=pk).first()
    if render is None:
        raise RenderCancelled("The video was deleted.", code="cancelled")
    return render if render.is_finished else None


def _video(render: Render) -> Any:
    """The file of a finished render. Raises `AvatarError` if it failed."""
    if render.status == Render.Status.CANCELLED:
        raise RenderCancelled("The video was cancelled.", code="cancelled")
    if render.status != Render.Status.DONE or not render.video:
        raise AvatarError("The video could not be made.", code=render.reason or "failed", remedy=render.hint)
    return render.video


async def _until(look: Callable[[], T | None]) -> T:
    """Poll until there is a value, and return it."""
    deadline = time.monotonic() + settings.AVATARS["TIME_LIMIT"]
    answer = await _detached(look)
    if answer is None:
        await sync_to_async(channel.release_worker)()
    while answer is None:
        if time.monotonic() > deadline:
            words = "It goes on being made. Look whether a render worker runs, and how many renders wait."
            raise AvatarError("The video is not ready yet.", code="time_limit", remedy=words)
        await sync_to_async(release_connections)()
        await asyncio.sleep(POLL)
        answer = await _detached(look)
    return answer


async def _detached(function: Callable[..., T], *args: Any) -> T:
    """Call a function in the database's thread, detached from the sends of the running handler."""
    return await sync_to_async(channel.detached)(function, *args)
