"""Run another flow, then go on."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, ClassVar

from conversations.machine.edges import Edge, On
from conversations.machine.nodes.declarations import Drawing, gettext_noop, named
from conversations.machine.nodes.node import Line, Node, Walk
from conversations.machine.nodes.registry import register
from conversations.machine.nodes.returns import returned
from conversations.machine.places import Act, Place
from conversations.machine.subflows import Subflow, entering
from core.text.placeholders import parse_values, value_lines


@register
@dataclass(frozen=True, kw_only=True)
class SubflowNode(Node):
    """A flow in the flow. The answers that it takes over from that become its own."""

    kind = "subflow"
    does = gettext_noop("run another flow, then go on")
    order = 90
    drawing = Drawing(
        light="#4f46e5",
        dark="#818cf8",
        glyph="M7 7.5h6.5v5H7zM10.5 16.5h6.5v-5M10.5 16.5v-4",
    )
    rests = True
    asks_again = True
    brings = "taken"
    ways = (On.NEXT, On.RETRIES, On.EXPIRED, On.FAILED)
    lines: ClassVar[tuple[Line, ...]] = (("text",), ("subflow",), ("given",), ("taken",))

    subflow: Subflow | None = field(
        default=None, metadata=named(gettext_noop("sub-flow"), lambda data: Subflow.from_json(data) if data else None)
    )

    def enter(self, walk: Walk, place: Place, *, is_passed: bool) -> tuple[Place, bool]:
        self.say(walk, place)
        if self.subflow is None:
            return place, True
        walk.enters = entering(self.subflow, lambda formula: walk.value(formula, place), walk.answers(place))
        return place, False

    def take(self, walk: Walk, place: Place, act: Act, text: str) -> Place:
        """A sub-flow that is not entered is entered."""
        if act == Act.RESUME:
            return walk.enter(place, self.key)
        return returned(self, walk, place, act, text)

    @property
    def results(self) -> tuple[tuple[str, str], ...]:
        return self.subflow.results if self.subflow else ()

    def leads_silently(self, silent_flows: Collection[int], *, asking: bool) -> tuple[Edge, ...]:
        """One that asks is left by an answer, unless it fails or no answer comes."""
        passes = self.subflow is not None and self.subflow.flow in silent_flows
        ways = (On.FAILED, *([On.NEXT] if passes else []), *([On.EXPIRED] if asking else []))
        return tuple(edge for edge in self.edges if edge.on in ways)

    @property
    def formulas(self) -> tuple[str, ...]:
        """Those of the answers that it passes to the sub-flow too."""
        passed = (formula for _name, formula in self.subflow.given) if self.subflow else ()
        return (*super().formulas, *passed)

    @classmethod
    def of_row(cls, row: Any) -> dict[str, Any]:
        given, results = (tuple(parse_values(text).items()) for text in (row.given, row.taken))
        return {**super().of_row(row), "subflow": Subflow(flow=row.subflow_id, given=given, results=results)}

    def to_row(self) -> dict[str, Any]:
        subflow = self.subflow or Subflow()
        lines = {"given": value_lines(dict(subflow.given)), "taken": value_lines(dict(subflow.results))}
        return {**super().to_row(), "subflow_id": subflow.flow, **lines}
