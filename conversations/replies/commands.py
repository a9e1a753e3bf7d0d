"""The built-in commands of a chat, and the suggestion for one with a typing error."""

import difflib
from collections.abc import Callable, Iterable

from django.utils import timezone

from avatars import services as avatars
from conversations.delivery.causes import Cause, because
from conversations.delivery.messages import say
from conversations.handoff import operator_turns, requests
from conversations.knowledge import retrieval
from conversations.language import detect_language
from conversations.machine.commands import (
    AS_TEXT,
    AS_VIDEO,
    CANCEL,
    HELP,
    HUMAN,
    LANGUAGE,
    MESSAGE,
    PREFERENCES,
    STATUS,
    TAKE,
    VIDEO,
    Command,
    Place,
    command_in,
    commands_in,
)
from conversations.machine.places import Act as SessionAct
from conversations.models import Conversation, Desk, Flow, OperatorGroup, Session
from conversations.preferences import cards as preference_cards
from conversations.providers.small_talk import MEANT, talk_in
from conversations.sessions import runner
from conversations.videos import lifecycle, member_requests
from conversations.wording import chat_texts, command_texts, small_talk_texts, video_texts

Act = Callable[[Conversation, str, str], None]


def run(conversation: Conversation, name: str, args: str, *, cid: str) -> None:
    """Run a command by its lower-case name; the command of a flow starts the flow."""
    command = command_in(Place.CHAT, name)
    if command is not None and _may_use(conversation, command):
        with because(Cause.COMMAND, name=name):
            ACTS[command](conversation, args, cid)
        return
    flow = next((flow for flow in _flows() if name in flow.commands), None)
    if flow is not None:
        runner.start(conversation, Flow.objects.select_related("live__flow").get(pk=flow.pk), cid=cid)
    else:
        with because(Cause.NOTICE, notice="unknown_command"):
            say(conversation, _unknown(conversation, name), cid=cid)


def is_command(name: str) -> bool:
    """Whether this is a command, or one with a typing error."""
    return _alike(name, commands_in(Place.CHAT)) is not None


def _unknown(conversation: Conversation, name: str) -> str:
    alike = _alike(name, _usable(conversation))
    return chat_texts.did_you_mean(alike) if alike else chat_texts.unknown_command()


def _usable(conversation: Conversation) -> list[Command]:
    """The commands that this member may use in the chat."""
    return [command for command in commands_in(Place.CHAT) if _may_use(conversation, command)]


def _may_use(conversation: Conversation, command: Command) -> bool:
    return not command.for_operators or operator_turns.operator_of(conversation) is not None


def _flows() -> Iterable[Flow]:
    """Live flows, without their definitions, which are large."""
    return Flow.objects.live().only("command", "triggers").order_by("pk")


def _alike(name: str, built_in: Iterable[Command]) -> str | None:
    """The name of a command or of a flow that is the most like this one."""
    own = (name for command in built_in for name in command.names)
    known = [*own, *(name for flow in _flows() for name in flow.commands)]
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.6)), None)


def _help(conversation: Conversation, _args: str, cid: str) -> None:
    """Send the list of commands and flows."""
    desk = Desk.objects.of(conversation.application)
    name = desk.digital_human.name if desk else conversation.application.name
    has_operators = OperatorGroup.objects.for_topic(conversation.application, None) is not None
    listed = [command for command in _usable(conversation) if has_operators or not command.needs_operators]
    lines = command_texts.lines(listed)
    say(conversation, chat_texts.help_text(name, lines, _ways_in(conversation.language)), cid=cid)


def _ways_in(language: str) -> list[tuple[str, str]]:
    """The command or trigger of each flow, and its name; only flows of this language, if there are any."""
    flows = list(Flow.objects.live())
    flows = [flow for flow in flows if language in flow.languages] or flows
    return [(way, flow.name_in(language)) for flow in flows if (way := _way_in(flow, language))]


def _way_in(flow: Flow, language: str) -> str:
    """A command or words that start a flow; of a flow with several languages some in the member's, if there are any."""
    ways = [*flow.commands, *flow.trigger_words]
    readable = (way for way in ways if detect_language(way, default=language, is_first=True) == language)
    return next(readable, ways[0] if ways else "")


def _video(conversation: Conversation, text: str, cid: str) -> None:
    if not text:
        say(conversation, video_texts.video_usage(), cid=cid)
        return
    member_requests.request_video(conversation, text, cid=cid)


def _status(conversation: Conversation, _args: str, cid: str) -> None:
    waiting = conversation.messages().waiting().select_related("render", "content").order_by("pk")
    rows = [
        (message.content.text, message.render.get_stage_display(), avatars.seconds_left(message.render))
        for message in waiting
        if message.render is not None
    ]
    say(conversation, video_texts.work_in_progress(rows) if rows else video_texts.nothing_waits(), cid=cid)


def _cancel(conversation: Conversation, _args: str, cid: str) -> None:
    """Cancel the flow that the member is in; else the videos that they wait for; else the flow that sleeps."""
    session = Session.objects.active_in(conversation)
    if session is not None:
        runner.advance(session, SessionAct.CANCEL, cid=cid)
        return
    videos = lifecycle.cancel_waiting(conversation)
    asleep = Session.objects.sleeping_in(conversation) if not videos else None
    if asleep is not None:
        runner.advance(asleep, SessionAct.CANCEL, cid=cid)
    else:
        say(conversation, video_texts.cancelled(videos), cid=cid)


def people(conversation: Conversation) -> str:
    """How members reach a person."""
    return small_talk_texts.person(Desk.objects.contact_of(conversation.application))


def _human(conversation: Conversation, _args: str, cid: str) -> None:
    """Pass the member on to people; without operators, say whom they can turn to."""
    if not requests.ask_for_person(conversation, cid=cid, now=timezone.now()):
        say(conversation, people(conversation), cid=cid)


def _message(conversation: Conversation, args: str, cid: str) -> None:
    """Leave a message for people: with its text, or asked for it."""
    if not requests.begin_message(conversation, args, cid=cid, now=timezone.now()):
        say(conversation, people(conversation), cid=cid)


def _take(conversation: Conversation, args: str, cid: str) -> None:
    operator_turns.take_by_number(conversation, args, cid=cid, now=timezone.now())


def _language(conversation: Conversation, args: str, cid: str) -> None:
    """Choose the language; without a known name, say how."""
    name = args.casefold()
    if name not in LANGUAGES:
        say(conversation, small_talk_texts.language_usage(), cid=cid)
        return
    preference_cards.choose_language(conversation, LANGUAGES[name], cid=cid)


def _preferences(conversation: Conversation, args: str, cid: str) -> None:
    """Show the member's settings, or change those at the numbers that are named, or take text or videos."""
    if args in (AS_TEXT, AS_VIDEO):
        preference_cards.choose_text(conversation, as_text=args == AS_TEXT, cid=cid)
        return
    numbers = [int(word) for word in args.split() if word.isdecimal()]
    for number in numbers:
        preference_cards.choose_number(conversation, number, cid=cid)
    if not numbers:
        preference_cards.show(conversation, cid=cid)


def answer_talk(conversation: Conversation, text: str, *, cid: str) -> bool:
    """Run the command that a sentence like “what can you do” or 转人工 means; False for others.

    The table of answers comes first.
    """
    talk = talk_in(text)
    meant = MEANT.get(talk) if talk else None
    if meant is None or retrieval.has_exactly(text):
        return False
    command, args = meant
    with because(Cause.COMMAND, talk=talk):
        ACTS[command](conversation, args, cid)
    return True


LANGUAGES = {
    **{"中文": "zh-hans", "汉语": "zh-hans", "chinese": "zh-hans", "zh": "zh-hans"},
    **{"英文": "en", "英语": "en", "english": "en", "en": "en", "auto": "", "自动": ""},
}
ACTS: dict[Command, Act] = {
    VIDEO: _video,
    STATUS: _status,
    CANCEL: _cancel,
    HUMAN: _human,
    MESSAGE: _message,
    LANGUAGE: _language,
    PREFERENCES: _preferences,
    TAKE: _take,
    HELP: _help,
}
