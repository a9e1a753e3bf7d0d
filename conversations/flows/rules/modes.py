"""Problems of the modes of videos. Reads values."""

from collections.abc import Iterator
from itertools import product

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from avatars.models import RenderMode
from conversations.flows.problems import Problem
from conversations.machine.values import Machine
from core.text.placeholders import placeholder_names


def problems(machine: Machine) -> Iterator[Problem]:
    """Videos in a mode that no digital human has, or in a mode taken from a free answer."""
    for node in machine.nodes:
        if node.video is not None and node.video.mode:
            modes = set(_modes(machine, node.video.mode))
            if not modes <= set(RenderMode.values) or not modes:
                words = _("Its mode is none of %s.") % pgettext("between the items of a list", ", ").join(
                    RenderMode.values
                )
                yield Problem(code="mode_unknown", state=node.name, words=words)


def _modes(machine: Machine, mode: str) -> Iterator[str]:
    """The values that a mode can take, for all choices of the states that fill its slots."""
    names = list(dict.fromkeys(placeholder_names(mode)))
    slots = [node.slot for node in machine.nodes if node.slot]
    choices = [{choice.value for slot in slots if slot.name == name for choice in slot.choices} for name in names]
    if any(slot.name in names and not slot.choices for slot in slots):
        return
    yield from (machine.fill(mode, dict(zip(names, values, strict=True))) for values in product(*choices))
