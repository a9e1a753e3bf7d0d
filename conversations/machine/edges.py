"""The ways from one state to the next, and when they are taken."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from conversations.machine.formulas.evaluation import evaluate, met
from conversations.machine.formulas.values import Context, truth


class On(StrEnum):
    """When an edge may be taken."""

    NEXT = "next"
    RETRIES = "retries"
    EXPIRED = "expired"
    FAILED = "failed"
    TIMEOUT = "timeout"


class Operator(StrEnum):
    """How a guard compares."""

    ALWAYS = "always"
    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    MORE = "more"
    LESS = "less"
    FORMULA = "formula"


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A condition: a slot and the value to compare it with, or a formula as `value`. An empty slot counts as ""."""

    slot: str
    operator: Operator
    value: str = ""

    def holds(self, slots: Mapping[str, str], context: Context = Context()) -> bool:  # noqa: B008  a frozen value
        """Whether it holds; `slots` are the answers as formulas name them, with labels too."""
        if self.operator == Operator.FORMULA:
            return truth(evaluate(self.value, slots, context))
        have, want = slots.get(self.slot, "").strip().casefold(), self.value.strip().casefold()
        match self.operator:
            case Operator.ALWAYS:
                return True
            case Operator.IS:
                return have == want
            case Operator.IS_NOT:
                return have != want
            case Operator.CONTAINS:
                return want in have
        # Dates compare as they are written, numbers by their value.
        pair = (float(have), float(want)) if _is_number(have) and _is_number(want) else (have, want)
        return pair[0] > pair[1] if self.operator == Operator.MORE else pair[0] < pair[1]  # type: ignore[operator]

    def met(self, slots: Mapping[str, str], context: Context) -> str:
        """The operand that it is compared with: the answer, or the values of all names in its formula."""
        return met(self.value, slots, context) if self.operator == Operator.FORMULA else slots.get(self.slot, "")


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A way from one node to another."""

    to: str
    on: On = On.NEXT
    guard: Guard | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Edge":
        """The edge of an `asdict` result."""
        guard = data["guard"]
        held = Guard(**{**guard, "operator": Operator(guard["operator"])}) if guard else None
        return cls(to=data["to"], on=On(data["on"]), guard=held)

    @classmethod
    def all_from_json(cls, data: Iterable[Mapping[str, Any]]) -> "tuple[Edge, ...]":
        return tuple(cls.from_json(one) for one in data)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d+)?", text) is not None
