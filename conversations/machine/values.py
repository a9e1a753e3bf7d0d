"""The conversation machine as values: a published flow, the position of a session in it, and the result of a step.

Without rows or a framework; `step.step` runs it.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from conversations.machine.trace import Trace
from core.text.placeholders import fill_placeholders
from core.text.slot_values import Choice, Slot, SlotType

FORMAT = 1


class NodeKind(StrEnum):
    """The kind of a state."""

    ASK = "ask"
    SAY = "say"
    VIDEO = "video"
    HANDOFF = "handoff"
    END = "end"


class On(StrEnum):
    """When an edge may be taken."""

    NEXT = "next"
    RETRIES = "retries"
    EXPIRED = "expired"


class Operator(StrEnum):
    """How a guard compares."""

    ALWAYS = "always"
    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    MORE = "more"
    LESS = "less"


class Act(StrEnum):
    """An input of a session."""

    START = "start"
    SAY = "say"
    CHOOSE = "choose"
    BACK = "back"
    RESTART = "restart"
    HELP = "help"
    CANCEL = "cancel"
    REMIND = "remind"
    EXPIRE = "expire"
    RESUME = "resume"


class Outcome(StrEnum):
    """How a session ended."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    GAVE_UP = "gave_up"
    EXPIRED = "expired"
    FAILED = "failed"


class Notice(StrEnum):
    """A notice with a built-in text."""

    NOT_VALID = "not_valid"
    NOT_A_TIME = "not_a_time"
    NOT_A_MOMENT = "not_a_moment"
    DONE = "done"
    AT_START = "at_start"
    HELP = "help"
    REMINDER = "reminder"
    CANCELLED = "cancelled"
    GAVE_UP = "gave_up"
    EXPIRED = "expired"
    FAILED = "failed"
    KEPT = "kept"


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A condition on a slot. An empty slot counts as ""."""

    slot: str
    operator: Operator
    value: str = ""

    def holds(self, slots: Mapping[str, str]) -> bool:
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


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A way from one node to another."""

    to: str
    on: On = On.NEXT
    guard: Guard | None = None


@dataclass(frozen=True, kw_only=True)
class Node:
    """A state. Times are minutes; `mode` may hold a placeholder, and so may the values of the variables of its video
    template or presentation (`values`: name and value)."""

    key: str
    name: str
    kind: NodeKind
    text: str = ""
    slot: Slot | None = None
    as_card: bool = True
    edges: tuple[Edge, ...] = ()
    remind_after: int | None = None
    reminder: str = ""
    expire_after: int = 60
    mode: str = ""
    digital_human: int | None = None
    template: int | None = None
    values: tuple[tuple[str, str], ...] = ()
    presentation: int | None = None
    topic: int | None = None

    def leaving(self, on: On) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if edge.on == on)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A flow that can run."""

    name: str
    language: str
    start: str
    nodes: tuple[Node, ...]

    def node(self, key: str) -> Node | None:
        return next((node for node in self.nodes if node.key == key), None)

    def slot(self, name: str) -> Slot | None:
        return next((node.slot for node in self.nodes if node.slot and node.slot.name == name), None)

    @property
    def slots(self) -> dict[str, Slot]:
        """The slots that its states fill, by name."""
        return {node.slot.name: node.slot for node in reversed(self.nodes) if node.slot}

    def fill(self, text: str, slots: Mapping[str, str]) -> str:
        """The text with its placeholders replaced. Placeholders in answers are not replaced."""
        return fill_placeholders(text, slots, self.slots, language=self.language)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column."""
        found = {"format": FORMAT, **asdict(self)}
        for node in found["nodes"]:
            # Processes of the release before read flows that name no presentation and pass nobody on.
            for name in ("presentation", "topic"):
                if node[name] is None:
                    del node[name]
        return found

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Machine":
        """The machine of a `to_json` result. Raises `ValueError` for another format."""
        if data.get("format") != FORMAT:
            raise ValueError("This definition has a format that we do not know.")
        nodes = tuple(_node(node) for node in data["nodes"])
        return cls(name=data["name"], language=data["language"], start=data["start"], nodes=nodes)


@dataclass(frozen=True, kw_only=True)
class Place:
    """The position of a session. `given` is the data it began with; `path` are the questions answered so far."""

    at: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    tries: int = 0
    reminded: bool = False
    outcome: Outcome | None = None


@dataclass(frozen=True, kw_only=True)
class Say:
    """Say this."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Notify:
    """Say the built-in text of a notice."""

    notice: Notice


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Ask this. `choices` are shown as buttons if `as_card`, else as a numbered list."""

    text: str
    choices: tuple[Choice, ...] = ()
    as_card: bool = True


@dataclass(frozen=True, kw_only=True)
class MakeVideo:
    """Request a video of this text; an empty mode means the digital human's own. A template or presentation replaces
    the text, with its `values` and the current slots."""

    text: str
    mode: str = ""
    digital_human: int | None = None
    template: int | None = None
    presentation: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class HandOff:
    """Pass the member on to the people who answer a topic; the session waits until they hand back."""

    topic: int | None = None


Effect = Say | Notify | Ask | MakeVideo | HandOff


@dataclass(frozen=True, kw_only=True)
class Step:
    """The result of a step, and why it came to that."""

    place: Place
    effects: tuple[Effect, ...] = ()
    trace: Trace = ()


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d+)?", text) is not None


def _node(data: Mapping[str, Any]) -> Node:
    slot = _slot(data["slot"]) if data["slot"] else None
    edges = tuple(_edge(edge) for edge in data["edges"])
    values = tuple((name, value) for name, value in data.get("values", ()))
    return Node(**{**data, "kind": NodeKind(data["kind"]), "slot": slot, "edges": edges, "values": values})


def _slot(data: Mapping[str, Any]) -> Slot:
    choices = tuple(Choice(**{**choice, "words": tuple(choice["words"])}) for choice in data["choices"])
    return Slot(**{**data, "type": SlotType(data["type"]), "choices": choices})


def _edge(data: Mapping[str, Any]) -> Edge:
    guard = data["guard"]
    held = Guard(**{**guard, "operator": Operator(guard["operator"])}) if guard else None
    return Edge(to=data["to"], on=On(data["on"]), guard=held)
