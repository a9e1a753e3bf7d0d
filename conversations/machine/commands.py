"""The built-in commands, and the keywords that work anywhere in a flow.

A command has its names, where and by whom it is understood, and its line in `/help`, all in its declaration. Its act is
bound to the declaration, in `ACTS` of the room that handles its place (see `Place`). Here are the commands that several
rooms name; one that only the chat has is declared beside its act.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from conversations.machine.places import Act
from core.text.slot_values import fold_text
from core.text.traditional import simplified

ActT = TypeVar("ActT")


class Place(StrEnum):
    """Where a command is understood."""

    CHAT = "chat"  # between a member and the digital human: `conversations.replies.chat_commands`
    HANDOFF = "handoff"  # of a member who waits for a person or has one: `conversations.handoff.member_turns`
    OPERATOR = "operator"  # on the phone of an operator who answers: `conversations.handoff.operator_turns`


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command with all its names. Its line is in English, for `gettext`, and begins with one of the names."""

    names: tuple[str, ...]
    line: str
    order: int = 50  # its place in `/help`
    places: tuple[Place, ...] = (Place.CHAT,)
    for_operators: bool = False  # in the chat it is unknown to all other members
    needs_operators: bool = False  # `/help` names it only where an application has operators

    @property
    def name(self) -> str:
        """The name that stands for it in code."""
        return self.names[0]


def gettext_noop(line: str) -> str:
    """Mark a line for `makemessages`: this package imports no framework."""
    return line


NAMED: dict[str, Command] = {}


def declare(command: Command) -> Command:
    """Make a command known by its names. Raises `ValueError` if another one has one of them."""
    taken = [name for name in command.names if NAMED.get(name, command) != command]
    if taken:
        raise ValueError(f"The command {NAMED[taken[0]].name} has the name {taken[0]} already.")
    NAMED.update(dict.fromkeys(command.names, command))
    return command


def commands() -> list[Command]:
    """All commands, in the order of `/help`."""
    return sorted(dict.fromkeys(NAMED.values()), key=lambda command: command.order)


class Acts(dict[Command, ActT]):
    """The acts of the commands of a place. Each is bound where it is defined: `@ACTS.of(STATUS)`."""

    def of(self, command: Command) -> Callable[[ActT], ActT]:
        def bind(act: ActT) -> ActT:
            self[command] = act
            return act

        return bind


VIDEO = declare(
    Command(names=("/video", "/视频"), line=gettext_noop("/video <text> – I say your text in a video"), order=10)
)
STATUS = declare(
    Command(names=("/status", "/状态"), line=gettext_noop("/status – see what is being made"), order=11),
)
CANCEL = declare(
    Command(names=("/cancel", "/取消"), line=gettext_noop("/cancel – stop the videos you are waiting for"), order=12),
)
HUMAN = declare(
    Command(
        names=("/human", "/人工"),
        line=gettext_noop("/human – see how to reach a person"),
        order=20,
        places=(Place.CHAT, Place.HANDOFF),
    )
)
MESSAGE = declare(
    Command(
        names=("/message", "/留言"),
        line=gettext_noop("/message <text> – leave a message for a person"),
        order=21,
        places=(Place.CHAT, Place.HANDOFF),
        needs_operators=True,
    )
)
LANGUAGE = declare(
    Command(names=("/language", "/语言"), line=gettext_noop("/language – choose Chinese or English"), order=30)
)
PREFERENCES = declare(
    Command(
        names=("/preferences", "/settings", "/设置"),
        line=gettext_noop("/preferences – choose topics, and text instead of videos"),
        order=31,
    )
)
PRIVACY = declare(
    Command(
        names=("/privacy", "/隐私"),
        line=gettext_noop("/privacy – see what is stored of you, and who reads it"),
        order=32,
    )
)
BOT = declare(
    Command(
        names=("/bot", "/机器人"),
        line=gettext_noop("/bot – get back to the digital human"),
        order=60,
        places=(Place.HANDOFF,),
    )
)
DONE = declare(
    Command(
        names=("/done", "/交还"),
        line=gettext_noop("/done – hand back to the digital human"),
        order=61,
        places=(Place.OPERATOR,),
    )
)
CLOSE = declare(
    Command(names=("/close", "/结束"), line=gettext_noop("/close – solved"), order=62, places=(Place.OPERATOR,))
)
RELEASE = declare(
    Command(
        names=("/release", "/放回"),
        line=gettext_noop("/release – put back for the others"),
        order=63,
        places=(Place.OPERATOR,),
    )
)
NOTE = declare(
    Command(
        names=("/note", "/备注"),
        line=gettext_noop("/note … – a note that only operators read"),
        order=64,
        places=(Place.OPERATOR,),
    )
)
HELP = declare(
    Command(
        names=("/help", "/帮助"),
        line=gettext_noop("/help – see this again"),
        order=90,
        places=(Place.CHAT, Place.OPERATOR),
    )
)
ERASURE = "delete"  # written after the name of `PRIVACY`
AS_TEXT, AS_VIDEO = "text", "videos"  # written after the name of `PREFERENCES`
KEYWORDS: dict[Act, tuple[str, ...]] = {
    Act.CANCEL: ("取消", "退出", "结束", "不做了", "cancel", "quit", "exit", "stop"),
    Act.BACK: ("返回", "上一步", "后退", "back", "go back"),
    Act.RESTART: ("重来", "重新开始", "从头开始", "restart", "start over"),
    Act.HELP: ("帮助", "help", "?"),
    Act.RESUME: ("继续", "接着来", "continue", "resume", "go on"),
}
ACT_OF = {phrase: act for act, phrases in KEYWORDS.items() for phrase in phrases}


def command_named(name: str) -> Command | None:
    """The built-in command with this name, in any case and width; None if there is none."""
    return NAMED.get(unicodedata.normalize("NFKC", name).lower())


def command_in(place: Place, name: str) -> Command | None:
    """The command with this name that is understood at a place."""
    command = command_named(name)
    return command if command is not None and place in command.places else None


def commands_in(place: Place) -> list[Command]:
    """The commands that are understood at a place."""
    return [command for command in commands() if place in command.places]


def act_for(text: str) -> Act | None:
    """The act that a whole message is a keyword for, with or without a slash; None for other messages."""
    return ACT_OF.get(simplified(fold_text(text)).removeprefix("/").removeprefix("／"))
