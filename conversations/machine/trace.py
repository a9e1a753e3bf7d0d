"""The reasons of a step, as values: the states that it entered, and the transitions that it looked at."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A state that was entered, or stayed in, when a step had this number of `effects`."""

    state: str
    effects: int = 0


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A transition that was looked at: number `edge` of its state. `have` is the value that its condition met."""

    state: str
    edge: int
    to: str
    holds: bool
    have: str = ""
    effects: int = 0


Trace = tuple[Entered | Checked, ...]


def state_of(trace: Sequence[Entered | Checked], effect: int) -> str:
    """The state that caused the effect with this number; "" if there is none."""
    entered = [one.state for one in trace if isinstance(one, Entered) and one.effects <= effect]
    return entered[-1] if entered else ""


def checks_before(trace: Sequence[Entered | Checked], effect: int) -> tuple[Checked, ...]:
    """The transitions that were looked at on the way to the effect with this number."""
    return tuple(one for one in trace if isinstance(one, Checked) and one.effects <= effect)
