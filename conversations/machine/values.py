"""The conversation machine as values: a published flow, and what moves a session through it.

Without rows or a framework; `step.step` runs it.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from functools import cached_property, wraps
from typing import Any, TypeVar

from conversations.machine.calls import Call
from conversations.machine.edges import Edge, On, Operator
from conversations.machine.subflows import Subflow
from conversations.machine.words import FlowWords, NodeWords, choices_of
from core.text.placeholders import fill_placeholders
from core.text.slot_values import Slot, SlotType

T = TypeVar("T")
FORMAT = 1
NEW_IN_FLOWS = ("expire_after", "expire_text", "translations", "own")
NEW_IN_STATES = (
    *("presentation", "topic", "formula", "wait", "call", "subflow"),
    *("form", "title", "link", "picture_url", "file", "translations", "validator", "file_types"),
)


class NodeKind(StrEnum):
    """The kind of a state."""

    ASK = "ask"
    SAY = "say"
    VIDEO = "video"
    HANDOFF = "handoff"
    BRANCH = "branch"
    SET = "set"
    WAIT = "wait"
    CALL = "call"
    SUBFLOW = "subflow"
    END = "end"


class Form(StrEnum):
    """The form of message in which a step says its words."""

    TEXT = "text"
    MARKDOWN = "markdown"
    CARD = "card"
    IMAGE = "image"
    FILE = "file"
    NEWS = "news"


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


class Notice(StrEnum):
    """A notice with a built-in text."""

    NOT_VALID = "not_valid"
    NOT_A_TIME = "not_a_time"
    NOT_A_MOMENT = "not_a_moment"
    NOT_A_MEMBER = "not_a_member"
    NOT_A_DEPARTMENT = "not_a_department"
    NOT_A_PICTURE = "not_a_picture"
    NOT_A_FILE = "not_a_file"
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
class Node:
    """A state. Times are minutes; `mode` may hold a placeholder, and so may the values of the variables of its video
    template or presentation (`values`: name and value). `formula` is what a step sets, or until when it waits. A card
    and an article have a `title` and a `link`, a picture and a file their name in the storage. `validator` is the name
    of a check in code."""

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
    formula: str = ""
    wait: int | None = None
    call: Call | None = None
    subflow: Subflow | None = None
    form: str = Form.TEXT.value
    title: str = ""
    link: str = ""
    picture_url: str = ""
    file: str = ""
    translations: tuple[NodeWords, ...] = ()
    validator: str = ""
    file_types: str = ""

    @property
    def rests(self) -> bool:
        """Whether a session stays in it until something happens."""
        return self.kind in (NodeKind.ASK, NodeKind.HANDOFF, NodeKind.WAIT, NodeKind.CALL, NodeKind.SUBFLOW)

    @property
    def said_text(self) -> str:
        """Its text, if members read or hear it: a video of a template or a presentation has a script instead."""
        has_script = self.kind == NodeKind.VIDEO and (self.template is not None or self.presentation is not None)
        return "" if has_script else self.text

    @property
    def formulas(self) -> tuple[str, ...]:
        """Its own formula, those of its edges, and those of what it passes to a sub-flow."""
        guards = (edge.guard for edge in self.edges if edge.guard)
        held = (guard.value for guard in guards if guard.operator == Operator.FORMULA)
        passed = (formula for _name, formula in self.subflow.given) if self.subflow else ()
        return (*([self.formula] if self.formula else ()), *held, *passed)

    def leaving(self, on: On) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if edge.on == on)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A flow that can run. It ends `expire_after` minutes after its start, with a text of its own if it has one.

    `own` is the flow in its own language, if this is how it speaks another (`spoken.spoken_in`).
    """

    name: str
    language: str
    start: str
    nodes: tuple[Node, ...]
    expire_after: int | None = None
    expire_text: str = ""
    translations: tuple[FlowWords, ...] = ()
    own: "Machine | None" = None

    @property
    def languages(self) -> tuple[str, ...]:
        return (self.language, *(one.language for one in self.translations))

    def node(self, key: str) -> Node | None:
        return self._by_key.get(key)

    @cached_property
    def _by_key(self) -> dict[str, Node]:
        return {node.key: node for node in reversed(self.nodes)}

    def slot(self, name: str) -> Slot | None:
        return self.slots.get(name)

    @cached_property
    def slots(self) -> Mapping[str, Slot]:
        """The slots that its states fill, by name; one that is asked for comes before one that is set."""
        ordered = sorted(self.nodes, key=lambda node: node.kind != NodeKind.ASK)
        results = (pair for node in ordered for one in (node.call, node.subflow) if one for pair in one.results)
        returned = {name: Slot(name=name) for name, _source in results}
        return returned | {node.slot.name: node.slot for node in reversed(ordered) if node.slot}

    @cached_property
    def formulas(self) -> tuple[str, ...]:
        """All its formulas."""
        return tuple(formula for node in self.nodes for formula in node.formulas)

    def answers(self, slots: Mapping[str, str]) -> dict[str, str]:
        """The answers as formulas name them: `quality`, and its label in the flow's own language as `quality.label`,
        unless `slots` has it."""
        own = self.own or self
        known = own.slots
        labels = {
            f"{name}.label": known[name].label(value, language=own.language)
            for name, value in slots.items()
            if name in known
        }
        return {**labels, **slots}

    def fill(self, text: str, slots: Mapping[str, str]) -> str:
        """The text with its placeholders replaced. Placeholders in answers are not replaced."""
        return fill_placeholders(text, slots, self.slots, language=self.language)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column."""
        # Processes of the release before read flows that do not use what is new.
        document = {"format": FORMAT, **_without_defaults(asdict(self), Machine, NEW_IN_FLOWS)}
        document["nodes"] = [_without_defaults(node, Node, NEW_IN_STATES) for node in document["nodes"]]
        return document

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Machine":
        """The machine of a `to_json` result. Raises `ValueError` for another format."""
        if data.get("format") != FORMAT:
            raise ValueError("This definition has a format that we do not know.")
        nodes = tuple(_node(node) for node in data["nodes"])
        new = {name: data[name] for name in NEW_IN_FLOWS if name in data}
        new["translations"] = tuple(FlowWords(**words) for words in data.get("translations", ()))
        return cls(name=data["name"], language=data["language"], start=data["start"], nodes=nodes, **new)


def remembered(find: Callable[[Machine], T]) -> Callable[[Machine], T]:
    """A function that finds something in a machine once: machines do not change, and one serves many sessions."""
    name = f"{find.__module__}.{find.__qualname__}"

    @wraps(find)
    def once(machine: Machine) -> T:
        kept = machine.__dict__
        if name not in kept:
            kept[name] = find(machine)
        return kept[name]  # type: ignore[no-any-return]

    return once


def _node(data: Mapping[str, Any]) -> Node:
    kept = data["slot"]
    slot = Slot(**{**kept, "type": SlotType(kept["type"]), "choices": choices_of(kept["choices"])}) if kept else None
    edges = tuple(Edge.from_json(edge) for edge in data["edges"])
    values = tuple((name, value) for name, value in data.get("values", ()))
    call = Call.from_json(data["call"]) if data.get("call") else None
    subflow = Subflow.from_json(data["subflow"]) if data.get("subflow") else None
    words = tuple(NodeWords.from_json(one) for one in data.get("translations", ()))
    read = {"slot": slot, "edges": edges, "values": values, "call": call, "subflow": subflow, "translations": words}
    return Node(**{**data, "kind": NodeKind(data["kind"]), **read})


def _without_defaults(data: dict[str, Any], kind: type[Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The fields of a dataclass as a dict, but for these where they have their default."""
    defaults = {field.name: field.default for field in fields(kind)}
    return {name: value for name, value in data.items() if name not in names or value != defaults[name]}
