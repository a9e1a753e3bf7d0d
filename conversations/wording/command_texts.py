"""The lines of the built-in commands, in the active language."""

from collections.abc import Iterable

from django.utils.translation import gettext

from conversations.machine.commands import Command


def line(command: Command) -> str:
    """One of its names with what it does, like “/status – see what is being made”."""
    return gettext(command.line)


def lines(commands: Iterable[Command]) -> list[str]:
    """A line for each command."""
    return [line(command) for command in commands]
