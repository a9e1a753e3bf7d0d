"""Which way a trial went, and why."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from conversations.explanations import flow_steps
from conversations.machine.levels import Leg
from conversations.machine.trace import Checked
from conversations.machine.values import Machine


def taken(legs: Iterable[Leg]) -> list[list[Any]]:
    """The transitions that the steps of one turn looked at, with the version, as the login's session keeps them."""
    return [
        [leg.level.version, one.state, one.edge, one.to, one.holds, one.have]
        for leg in legs
        for one in leg.step.trace
        if isinstance(one, Checked)
    ]


def walked(turns: Iterable[Iterable[Sequence[Any]]], version: int) -> list[tuple[str, str]]:
    """The ways that were taken in one version, of all turns."""
    rows = (row for turn in turns for row in turn if row[0] == version)
    return [(state, to) for _version, state, _edge, to, holds, _have in rows if holds]


def reasons(machines: Mapping[int, Machine], turns: Sequence[Sequence[Sequence[Any]]]) -> list[str]:
    """Why the last turn that left a step went where it went, as *Why?* of a message says it."""
    last = next((turn for turn in reversed(turns) if turn), ())
    known = ((machines[version], way) for version, *way in last if version in machines)
    return [line.words for machine, way in known for line in flow_steps.transitions(machine, [way])]
