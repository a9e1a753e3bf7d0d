"""Pass the member on to a person, then go on."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, ClassVar

from conversations.machine.edges import Edge
from conversations.machine.effects import HandOff
from conversations.machine.nodes.declarations import Drawing, gettext_noop, named
from conversations.machine.nodes.node import Line, Node, Walk
from conversations.machine.nodes.registry import register
from conversations.machine.places import Act, Place


@register
@dataclass(frozen=True, kw_only=True)
class HandoffNode(Node):
    """A hand-off to the operators who answer a topic. It lasts until they hand back."""

    kind = "handoff"
    does = gettext_noop("pass on to a person, then go on")
    order = 40
    drawing = Drawing(
        light="#be185d",
        dark="#f472b6",
        glyph="M9.3 9.4a2.7 2.7 0 1 0 5.4 0a2.7 2.7 0 1 0 -5.4 0zM6.8 17.4a5.3 5.3 0 0 1 10.4 0",
    )
    rests = True
    is_timed = False
    lines: ClassVar[tuple[Line, ...]] = (("text",), ("topic",))

    topic: int | None = field(default=None, metadata=named(gettext_noop("topic")))

    def enter(self, walk: Walk, place: Place, *, is_passed: bool) -> tuple[Place, bool]:
        self.say(walk, place)
        walk.do(HandOff(topic=self.topic))
        return place, False

    def take(self, walk: Walk, place: Place, act: Act, text: str) -> Place:
        return walk.enter(place, walk.leave(self, place))

    @property
    def expires_after(self) -> int | None:
        return None

    def leads_silently(self, silent_flows: Collection[int], *, asking: bool) -> tuple[Edge, ...]:
        return ()

    @classmethod
    def of_row(cls, row: Any) -> dict[str, Any]:
        return {**super().of_row(row), "topic": row.topic_id}

    def to_row(self) -> dict[str, Any]:
        return {**super().to_row(), "topic_id": self.topic}
