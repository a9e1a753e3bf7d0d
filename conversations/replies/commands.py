"""The commands that every desk has, each with a Chinese name too."""

import difflib
from collections.abc import Callable, Iterable

from avatars import services as avatars
from avatars.exceptions import ScriptError
from conversations import wording
from conversations.delivery import messages
from conversations.machine.values import Act
from conversations.models import Conversation, Flow
from conversations.sessions import current, runner
from conversations.videos import lifecycle, member_requests

Command = Callable[[Conversation, str, str], None]


def run(conversation: Conversation, name: str, args: str, *, cid: str) -> None:
    """Carry out a command by its lower-case name; a flow's own command starts the flow."""
    if name in COMMANDS:
        COMMANDS[name](conversation, args, cid)
        return
    flow = next((flow for flow in _flows() if name in flow.commands), None)
    if flow is not None:
        runner.start(conversation, Flow.objects.select_related("live__flow").get(pk=flow.pk), cid=cid)
    else:
        messages.say(conversation, _unknown(name), cid=cid)


def is_meant(name: str) -> bool:
    """Whether a text that begins so is for us: with a command, or nearly one."""
    return _alike(name, _known()) is not None


def _unknown(name: str) -> str:
    alike = _alike(name, _known())
    return wording.did_you_mean(alike) if alike else wording.unknown_command()


def _known() -> list[str]:
    return [*COMMANDS, *(name for flow in _flows() for name in flow.commands)]


def _flows() -> Iterable[Flow]:
    """Those that can begin, without their definitions, which are large."""
    return Flow.objects.live().only("command", "triggers").order_by("pk")


def _alike(name: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.6)), None)


def help_(conversation: Conversation, _args: str, cid: str) -> None:
    """What the digital human can do, the flows among it."""
    desk = messages.desk_of(conversation.application)
    name = desk.digital_human.name if desk else conversation.application.name
    messages.say(conversation, wording.help_text(name, _ways_in(conversation.language)), cid=cid)


def _ways_in(language: str) -> list[tuple[str, str]]:
    """What to write for each flow and its name; those of this language, where there are any."""
    flows = list(Flow.objects.live())
    flows = [flow for flow in flows if flow.language == language] or flows
    return [(way, flow.name) for flow in flows if (way := next(iter((*flow.commands, *flow.trigger_words)), ""))]


def _video(conversation: Conversation, text: str, cid: str) -> None:
    if not text:
        messages.say(conversation, wording.video_usage(), cid=cid)
        return
    try:
        member_requests.make_video(conversation, text, cid=cid)
    except ScriptError as error:
        messages.say(conversation, member_requests.refusal(error, text), cid=cid)


def _status(conversation: Conversation, _args: str, cid: str) -> None:
    waiting = conversation.messages().waiting().select_related("render", "content").order_by("pk")
    rows = [
        (message.content.text, message.render.get_stage_display(), avatars.seconds_left(message.render))
        for message in waiting
        if message.render is not None
    ]
    messages.say(conversation, wording.work_in_progress(rows) if rows else wording.nothing_waits(), cid=cid)


def cancel(conversation: Conversation, _args: str, cid: str) -> None:
    """End the flow that the member is in; outside one, the videos they wait for."""
    session = current.active(conversation)
    if session is not None:
        runner.take(session, Act.CANCEL, cid=cid)
    else:
        messages.say(conversation, wording.cancelled(lifecycle.cancel_waiting(conversation)), cid=cid)


COMMANDS: dict[str, Command] = {
    "/help": help_,
    "/帮助": help_,
    "/video": _video,
    "/视频": _video,
    "/status": _status,
    "/状态": _status,
    "/cancel": cancel,
    "/取消": cancel,
}
