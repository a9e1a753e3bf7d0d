"""Which way a trial went, and why."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from conversations import services
from conversations.machine.levels import Leg, Level
from conversations.machine.places import Outcome
from conversations.machine.trace import Checked
from conversations.machine.values import Machine


def taken(legs: Iterable[Leg]) -> list[list[Any]]:
    """The transitions that the steps of one turn looked at, with the version, as the login's session keeps them."""
    return [
        [leg.level.version, checked.state, checked.edge, checked.to, checked.holds, checked.have]
        for leg in legs
        for checked in leg.step.trace
        if isinstance(checked, Checked)
    ]


def walked(turns: Iterable[Iterable[Sequence[Any]]], version: int) -> list[tuple[str, str]]:
    """The ways that were taken in one version, of all turns."""
    rows = (row for turn in turns for row in turn if row[0] == version)
    return [(state, to) for _version, state, _edge, to, holds, _have in rows if holds]


def reasons(
    machines: Mapping[int, Machine], turns: Sequence[Sequence[Sequence[Any]]], *, level: Level, outcome: str
) -> list[str]:
    """Why the last turn that left a step went where it went, as *Why?* of a message says it.

    If the last one took no transition, why not. `level` is where it has led to, `outcome` how the flow ended.
    """
    if turns and not turns[-1] and (reason := _stayed(level, outcome)):
        return [reason]
    last = next((turn for turn in reversed(turns) if turn), ())
    known = ((machines[version], way) for version, *way in last if version in machines)
    return [line.words for machine, way in known for line in services.explain_transitions(machine, [way])]


def _stayed(level: Level, outcome: str) -> str:
    """Why a turn took no transition; "" if there is nothing to say."""
    place, node = level.place, level.machine.node(level.place.at)
    if node is None or node.slot is None:
        return ""
    told = {"step": node.name, "tries": place.tries, "most": node.slot.retries}
    if outcome == Outcome.EXPIRED:
        return _("“%(step)s” has no transition for “no answer in time”, so the flow ends.") % told
    if outcome == Outcome.GAVE_UP:
        return _("“%(step)s” has no transition for “asked too often”, so the flow ends.") % told
    if place.tries and not outcome:
        return _("The answer does not fit “%(step)s”: it is asked again, %(tries)s of %(most)s times.") % told
    return ""
