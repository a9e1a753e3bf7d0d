"""Answers of a trial that are looked up in the directory, or that are a file."""

from django.http import HttpRequest
from django.utils import translation

from conversations import services
from conversations.admin.flows.trial.cast import SEE_MEMBERS, Cast
from conversations.machine.levels import Level
from conversations.machine.places import Act
from conversations.machine.resolution import Resolution, resolve
from conversations.machine.values import Machine
from core.text.slot_values import RECEIVED
from wecom.models import Download


def looked_up(request: HttpRequest, cast: Cast, level: Level, text: str) -> tuple[Act, str]:
    """The text of a member, with its meaning where the directory or code knows it.

    An account that may not see members finds none: its text counts as the user ID, or the number.
    """
    place, machine = level.place, level.machine
    node, now = machine.node(place.at), cast.context([machine]).now
    if node is None or node.slot is None:
        return Act.SAY, text
    if resolve(node.slot, place.offered, Act.CHOOSE, text, today=now.date(), now=now).label:
        return Act.SAY, text  # one of those that were offered
    application = cast.application if request.user.has_perm(SEE_MEMBERS) else None
    with translation.override(machine.language):
        resolution = services.look_up_answer(application, node, text, now=now)
    return (Act.SAY, text) if resolution is None else (Act.ANSWER, resolution.to_text())


def asks_for_file(level: Level) -> bool:
    """Whether the open question is answered by a file."""
    node = level.machine.node(level.place.at)
    return node is not None and node.slot is not None and node.slot.type in RECEIVED


def sample_file(machine: Machine) -> str:
    """A picture that fits, as the text of an answer."""
    with translation.override(machine.language):
        name = f"{Download.Kind.IMAGE.label}.jpg"
    return Resolution(said=f"[{name}]", value="1", label=name).to_text()
