"""Which answer a message gets: a command, a question, or a polite word about what cannot be read."""

import difflib
from collections.abc import Callable
from typing import Protocol

from django.conf import settings

from avatars import services as avatars
from avatars.exceptions import ScriptError
from conversations import wording
from conversations.models import Conversation, Desk, Message
from openuser.lib import backends
from wecom import messages


class Say(Protocol):
    """`services.say` and `services.say_video`."""

    def __call__(self, conversation: Conversation, text: str, *, cid: str) -> Message: ...


class Turn:
    """One thing that a member said, and the means to answer it."""

    def __init__(
        self,
        conversation: Conversation,
        cid: str,
        *,
        say: Say,
        say_video: Say,
        cancel: Callable[[Conversation], int],
    ) -> None:
        self.conversation = conversation
        self.cid = cid
        self._say = say
        self._say_video = say_video
        self._cancel = cancel

    def say(self, text: str) -> None:
        self._say(self.conversation, text, cid=self.cid)

    def say_video(self, text: str) -> Message:
        return self._say_video(self.conversation, text, cid=self.cid)

    def cancel(self) -> int:
        return self._cancel(self.conversation)


Command = Callable[[Turn, str], None]


def answer(turn: Turn, inbound: messages.Inbound) -> None:
    """Answer in the active language; there is always an answer."""
    if not isinstance(inbound, messages.TextMessage):
        turn.say(wording.cannot_read(inbound.kind))
    elif name := inbound.get_command():
        _command(name)(turn, inbound.get_command_args())
    else:
        turn.say(_reply(inbound.content, turn.conversation.language))


def _reply(text: str, language: str) -> str:
    most = settings.CONVERSATIONS["MAX_TEXT"]
    if len(text) > most:
        return wording.text_too_long(len(text), most)
    for name in backends.names("REPLY_PROVIDERS"):
        reply: str | None = backends.backend("REPLY_PROVIDERS", name).reply(text, language=language)
        if reply:
            return reply
    return wording.not_understood()


def _command(name: str) -> Command:
    if name in COMMANDS:
        return COMMANDS[name]
    alike = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.6)
    words = wording.did_you_mean(alike[0]) if alike else wording.unknown_command()
    return lambda turn, _: turn.say(words)


def _help(turn: Turn, _: str) -> None:
    desk = Desk.objects.filter(application=turn.conversation.application).select_related("digital_human").first()
    turn.say(wording.help_text(desk.digital_human.name if desk else turn.conversation.application.name))


def _video(turn: Turn, text: str) -> None:
    most = settings.CONVERSATIONS["QUEUED_PER_MEMBER"]
    if not text:
        turn.say(wording.video_usage())
    elif turn.conversation.messages().waiting().count() >= most:
        turn.say(wording.too_many_videos(most))
    else:
        _make_video(turn, text)


def _make_video(turn: Turn, text: str) -> None:
    try:
        message = turn.say_video(text)
    except ScriptError as error:
        turn.say(_refusal(error, text))
        return
    render = message.render
    assert render is not None
    if render.is_finished:
        turn.say(wording.video_ready_soon(text))
    else:
        turn.say(wording.video_started(avatars.seconds_left(render), text))


def _refusal(error: ScriptError, text: str) -> str:
    if error.code == "too_long":
        return wording.script_too_long(len(text), settings.AVATARS["MAX_CHARACTERS"])
    return wording.no_digital_human() if error.code == "no_desk" else wording.nothing_to_say()


def _status(turn: Turn, _: str) -> None:
    waiting = turn.conversation.messages().waiting().select_related("render", "content").order_by("pk")
    rows = [
        (message.content.text, message.render.get_stage_display(), avatars.seconds_left(message.render))
        for message in waiting
        if message.render is not None
    ]
    turn.say(wording.work_in_progress(rows) if rows else wording.nothing_waits())


def _cancel(turn: Turn, _: str) -> None:
    turn.say(wording.cancelled(turn.cancel()))


COMMANDS: dict[str, Command] = {
    "/help": _help,
    "/帮助": _help,
    "/video": _video,
    "/视频": _video,
    "/status": _status,
    "/状态": _status,
    "/cancel": _cancel,
    "/取消": _cancel,
}
