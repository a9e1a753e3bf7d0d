"""The commands that the chat understands, the act of each, and its users. Each module of this folder binds one."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from conversations.handoff import operator_turns
from conversations.machine.commands import Acts, Command, Place, command_in, commands_in
from conversations.models import Conversation

Act = Callable[[Conversation, str, str], None]  # with what follows the name of the command, and the cid
ACTS: Acts[Act] = Acts()


def usable_command(conversation: Conversation, name: str) -> Command | None:
    """The command of this name that the member may use."""
    command = command_in(Place.CHAT, name)
    return command if command is not None and _may_use(conversation, command) else None


def usable_commands(conversation: Conversation) -> list[Command]:
    """The commands that the member may use, in the order of `/help`."""
    return [command for command in commands_in(Place.CHAT) if _may_use(conversation, command)]


def _may_use(conversation: Conversation, command: Command) -> bool:
    return not command.for_operators or operator_turns.operator_of(conversation) is not None


@cache
def find_commands() -> None:
    """Read the modules of this folder, so that each command is known wherever commands are named."""
    package = import_module("conversations.replies.chat_commands")
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        import_module(module.name)
