"""The conversation machine as values: a published flow.

Without rows or a framework; `step.step` runs it.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property, wraps
from typing import Any, TypeVar

from conversations.machine.nodes.node import Node
from conversations.machine.nodes.registry import kind_named
from conversations.machine.words import FlowWords
from core.text.placeholders import fill_placeholders
from core.text.slot_values import Slot

T = TypeVar("T")
FORMAT = 1
NEW_IN_FLOWS: Mapping[str, Any] = {"expire_after": None, "expire_text": "", "translations": (), "own": None}
# Releases before read these of every state, of whatever kind.
OF_EVERY_STATE: Mapping[str, Any] = {
    **{"key": "", "name": "", "kind": "", "text": "", "slot": None, "as_card": True, "edges": ()},
    **{"remind_after": None, "reminder": "", "expire_after": 60, "mode": "", "digital_human": None, "template": None},
    "values": (),
}
LATER_ONES = (  # in the order in which versions have them
    *("presentation", "topic", "formula", "wait", "call", "subflow"),
    *("form", "title", "link", "picture_url", "file", "translations", "validator", "file_types"),
)


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
        ordered = sorted(self.nodes, key=lambda node: not node.asks)
        returned = {name: Slot(name=name) for node in ordered for name, _source in node.results}
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
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        new = {name: plain.pop(name) for name in NEW_IN_FLOWS}
        used = {name: value for name, value in new.items() if value != NEW_IN_FLOWS[name]}
        if self.translations:
            used["translations"] = tuple(map(asdict, self.translations))
        if self.own is not None:
            used["own"] = self.own.to_json()
        return {"format": FORMAT, **plain, "nodes": [_document(node) for node in self.nodes], **used}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Machine":
        """The machine of a `to_json` result. Raises `ValueError` for another format or an unknown kind of step."""
        if data.get("format") != FORMAT:
            raise ValueError("This definition has a format that we do not know.")
        nodes = tuple(kind_named(node["kind"]).from_json(node) for node in data["nodes"])
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


def _document(node: Node) -> dict[str, Any]:
    """A node as versions have it. Fields that only some kinds have are left out at their defaults."""
    own, defaults = node.to_json(), {one.name: one.default for one in fields(node)}
    kept = {name: value for name, value in own.items() if name in OF_EVERY_STATE or value != defaults.get(name)}
    whole = {**OF_EVERY_STATE, **kept}
    return {name: whole[name] for name in dict.fromkeys((*OF_EVERY_STATE, *LATER_ONES, *whole)) if name in whole}
