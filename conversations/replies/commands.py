"""Runs the commands of a chat, and suggests one for a typing error."""

import difflib
from collections.abc import Iterable

from conversations.delivery.causes import Cause, because
from conversations.delivery.messages import say
from conversations.knowledge import answer_retrieval
from conversations.machine.commands import Command, Place, commands_in
from conversations.models import Conversation, Flow
from conversations.providers.small_talk import SAID, SENSED, meant_by, talk_in
from conversations.providers.talk import meaning
from conversations.providers.talk.meaning import Likelihood
from conversations.replies.chat_commands.registry import ACTS, usable_command, usable_commands
from conversations.sessions import runner
from conversations.wording import chat_texts


def run(conversation: Conversation, name: str, args: str, *, cid: str) -> None:
    """Run a command by its lower-case name; the command of a flow starts the flow."""
    command = usable_command(conversation, name)
    if command is not None:
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


def answer_talk(conversation: Conversation, text: str, *, cid: str) -> bool:
    """Run the command that a sentence like “what can you do” or 转人工 means; False for others.

    The table of answers comes first.
    """
    meant = meant_by(text)
    if meant is None or answer_retrieval.has_exactly(text):
        return False
    command, args = meant
    with because(Cause.COMMAND, talk=talk_in(text) or command.name):
        ACTS[command](conversation, args, cid)
    return True


def answer_sensed(conversation: Conversation, text: str, *, cid: str, only_sure: bool = False) -> bool:
    """Answer small talk in words of one's own, or show what such a wish opens; False for others.

    It is for what the table of answers does not know. Without a vector of the text it knows nothing.
    """
    sensed = meaning.sense(text)
    if sensed is None or (only_sure and sensed.likelihood < Likelihood.SURE):
        return False
    conversation.note_reply(found=True)
    if act := SENSED.get(sensed.talk):
        with because(Cause.COMMAND, talk=sensed.talk):
            ACTS[act[0]](conversation, act[1], cid)
    else:
        with because(Cause.SMALL_TALK, talk=sensed.talk):
            say(conversation, SAID[sensed.talk](), cid=cid)
    return True


def _unknown(conversation: Conversation, name: str) -> str:
    alike = _alike(name, usable_commands(conversation))
    return chat_texts.did_you_mean(alike) if alike else chat_texts.unknown_command()


def _flows() -> Iterable[Flow]:
    """Live flows, without their definitions, which are large."""
    return Flow.objects.live().only("command", "triggers").order_by("pk")


def _alike(name: str, built_in: Iterable[Command]) -> str | None:
    """The name of a command or of a flow that is the most like this one."""
    own = (name for command in built_in for name in command.names)
    known = [*own, *(name for flow in _flows() for name in flow.commands)]
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.6)), None)
