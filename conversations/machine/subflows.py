"""Sub-flows as values: the flow that a step runs, and the answers that go in and come back. Pure.

Only named answers go from one flow to the other: their answers stay apart even if they have the same names.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_LEVELS = 5  # flows in one another


@dataclass(frozen=True, kw_only=True)
class Subflow:
    """A flow that a step runs. `given` are an answer of that flow and a formula of this one, `results` an answer of
    this flow and one of that."""

    flow: int | None = None
    given: tuple[tuple[str, str], ...] = ()
    results: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Subflow":
        """The sub-flow of an `asdict` result."""
        pairs = {name: tuple((one, other) for one, other in data[name]) for name in ("given", "results")}
        return cls(flow=data["flow"], **pairs)


@dataclass(frozen=True, kw_only=True)
class Enter:
    """A flow to go on in, and the answers that it begins with, some with labels."""

    flow: int | None
    given: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


def entering(subflow: Subflow, value: Callable[[str], str], known: Mapping[str, str]) -> Enter:
    """The flow to enter with its answers; `value` computes a formula, `known` has the labels of answers. Empty answers
    are asked for there.
    """
    values = {name: value(formula) for name, formula in subflow.given}
    labels = {name: known.get(f"{formula.strip()}.label", "") for name, formula in subflow.given}
    given = {name: found for name, found in values.items() if found}
    return Enter(flow=subflow.flow, given=given, labels={name: labels[name] for name in given if labels[name]})
