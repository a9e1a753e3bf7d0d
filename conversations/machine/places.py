"""The position of a session in a flow, as a value, and the acts that move it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.text.slot_values import Choice


class Act(StrEnum):
    """An input of a session."""

    START = "start"
    SAY = "say"
    ANSWER = "answer"
    CHOOSE = "choose"
    BACK = "back"
    RESTART = "restart"
    HELP = "help"
    CANCEL = "cancel"
    REMIND = "remind"
    EXPIRE = "expire"
    TIME_OUT = "time_out"
    WAKE = "wake"
    RETURN = "return"
    RESUME = "resume"


class Outcome(StrEnum):
    """How a session ended."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    GAVE_UP = "gave_up"
    EXPIRED = "expired"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One of several that an answer may mean. `label` tells it from the others, `name` is its own name."""

    value: str
    label: str
    name: str

    @property
    def choice(self) -> Choice:
        return Choice(value=self.value, label=self.label)


def offers_of(data: Iterable[Mapping[str, Any]]) -> tuple[Offer, ...]:
    """Offers from plain values."""
    return tuple(Offer(value=str(one["value"]), label=str(one["label"]), name=str(one["name"])) for one in data)


@dataclass(frozen=True, kw_only=True)
class Place:
    """The position of a session. `given` is the data it began with; `path` are the questions answered so far;
    `wakes_at` is the end of a wait. `labels` are those that no slot knows by itself, as of a member; `offered` are the
    candidates that the answer to the open question may mean.
    """

    at: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    tries: int = 0
    reminded: bool = False
    outcome: Outcome | None = None
    wakes_at: datetime | None = None
    offered: tuple[Offer, ...] = ()

    @property
    def known(self) -> dict[str, str]:
        """The answers as texts and formulas name them, with the labels that are kept, as `colleague.label`."""
        return {**self.slots, **{f"{name}.label": label for name, label in self.labels.items()}}

    def begun(self) -> "Place":
        """The same session at its beginning, with the data that it began with."""
        labels = {name: label for name, label in self.labels.items() if self.slots.get(name) == self.given.get(name)}
        return Place(given=self.given, slots=dict(self.given), labels=labels)

    def keeping(self, values: Mapping[str, str], labels: Mapping[str, str] | None = None) -> "Place":
        """With these answers; an answer that is kept anew loses its label."""
        still = {name: label for name, label in self.labels.items() if name not in values}
        return replace(self, slots={**self.slots, **values}, labels={**still, **(labels or {})})

    def without(self, name: str) -> "Place":
        """Without this answer."""
        slots = {one: value for one, value in self.slots.items() if one != name}
        return replace(self, slots=slots, labels={one: label for one, label in self.labels.items() if one != name})
