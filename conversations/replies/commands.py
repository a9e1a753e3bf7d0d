"""The built-in commands, each with a Chinese name too."""

import difflib
from collections.abc import Callable, Iterable

from django.utils import timezone

from avatars import services as avatars
from conversations.delivery.causes import Cause, because
from conversations.delivery.messages import say
from conversations.handoff import operator_turns, requests
from conversations.knowledge import retrieval
from conversations.language import detect_language
from conversations.machine.values import Act
from conversations.models import Conversation, Desk, Flow, Session
from conversations.preferences import cards as preference_cards
from conversations.providers.small_talk import talk_in
from conversations.providers.small_talk_phrases import Talk
from conversations.sessions import runner
from conversations.videos import lifecycle, member_requests
from conversations.wording import chat_texts, small_talk_texts, video_texts

Command = Callable[[Conversation, str, str], None]


def run(conversation: Conversation, name: str, args: str, *, cid: str) -> None:
    """Run a command by its lower-case name; the command of a flow starts the flow."""
    if name in COMMANDS:
        with because(Cause.COMMAND, name=name):
            COMMANDS[name](conversation, args, cid)
        return
    flow = next((flow for flow in _flows() if name in flow.commands), None)
    if flow is not None:
        runner.start(conversation, Flow.objects.select_related("live__flow").get(pk=flow.pk), cid=cid)
    else:
        with because(Cause.NOTICE, notice="unknown_command"):
            say(conversation, _unknown(name), cid=cid)


def is_command(name: str) -> bool:
    """Whether this is a command, or one with a typing error."""
    return _alike(name, _known()) is not None


def _unknown(name: str) -> str:
    alike = _alike(name, _known())
    return chat_texts.did_you_mean(alike) if alike else chat_texts.unknown_command()


def _known() -> list[str]:
    return [*COMMANDS, *(name for flow in _flows() for name in flow.commands)]


def _flows() -> Iterable[Flow]:
    """Live flows, without their definitions, which are large."""
    return Flow.objects.live().only("command", "triggers").order_by("pk")


def _alike(name: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.6)), None)


def send_help(conversation: Conversation, _args: str, cid: str) -> None:
    """Send the list of commands and flows."""
    desk = Desk.objects.of(conversation.application)
    name = desk.digital_human.name if desk else conversation.application.name
    say(conversation, chat_texts.help_text(name, _ways_in(conversation.language)), cid=cid)


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


def cancel(conversation: Conversation, _args: str, cid: str) -> None:
    """Cancel the flow that the member is in; else the videos that they wait for; else the flow that sleeps."""
    session = Session.objects.active_in(conversation)
    if session is not None:
        runner.advance(session, Act.CANCEL, cid=cid)
        return
    videos = lifecycle.cancel_waiting(conversation)
    asleep = Session.objects.sleeping_in(conversation) if not videos else None
    if asleep is not None:
        runner.advance(asleep, Act.CANCEL, cid=cid)
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
    if not operator_turns.take_by_number(conversation, args, cid=cid, now=timezone.now()):
        say(conversation, chat_texts.unknown_command(), cid=cid)


def _language(conversation: Conversation, args: str, cid: str) -> None:
    """Choose the language; without a known name, say how."""
    name = args.casefold()
    if name not in LANGUAGES:
        say(conversation, small_talk_texts.language_usage(), cid=cid)
        return
    preference_cards.choose_language(conversation, LANGUAGES[name], cid=cid)


def _preferences(conversation: Conversation, args: str, cid: str) -> None:
    """Show the member's settings, or change those at the numbers that are named."""
    numbers = [int(word) for word in args.split() if word.isdecimal()]
    for number in numbers:
        preference_cards.choose_number(conversation, number, cid=cid)
    if not numbers:
        preference_cards.show(conversation, cid=cid)


def _prefer_text(conversation: Conversation, args: str, cid: str) -> None:
    preference_cards.choose_text(conversation, as_text=args == TEXT_ONLY, cid=cid)


def answer_talk(conversation: Conversation, text: str, *, cid: str) -> bool:
    """Run the command that a sentence like “what can you do” or 转人工 means; False for others.

    The table of answers comes first.
    """
    talk = talk_in(text)
    command, args = TALK_COMMANDS.get(talk, (None, "")) if talk else (None, "")
    if command is None or retrieval.has_exactly(text):
        return False
    with because(Cause.COMMAND, talk=talk):
        command(conversation, args, cid)
    return True


LANGUAGES = {
    **{"中文": "zh-hans", "汉语": "zh-hans", "chinese": "zh-hans", "zh": "zh-hans"},
    **{"英文": "en", "英语": "en", "english": "en", "en": "en", "auto": "", "自动": ""},
}
TEXT_ONLY, VIDEOS = "text", "videos"
TALK_COMMANDS: dict[Talk, tuple[Command, str]] = {
    Talk.ABILITIES: (send_help, ""),
    Talk.PERSON: (_human, ""),
    Talk.CHINESE: (_language, "中文"),
    Talk.ENGLISH: (_language, "english"),
    Talk.SETTINGS: (_preferences, ""),
    Talk.TEXT_ONLY: (_prefer_text, TEXT_ONLY),
    Talk.VIDEOS: (_prefer_text, VIDEOS),
}
COMMANDS: dict[str, Command] = {
    "/help": send_help,
    "/帮助": send_help,
    "/video": _video,
    "/视频": _video,
    "/status": _status,
    "/状态": _status,
    "/cancel": cancel,
    "/取消": cancel,
    "/human": _human,
    "/人工": _human,
    "/message": _message,
    "/留言": _message,
    "/take": _take,
    "/接单": _take,
    "/language": _language,
    "/语言": _language,
    "/preferences": _preferences,
    "/settings": _preferences,
    "/设置": _preferences,
}
