"""End the flow."""

from collections.abc import Collection
from dataclasses import dataclass

from conversations.machine.edges import Edge
from conversations.machine.nodes.declarations import Drawing, Shape, gettext_noop
from conversations.machine.nodes.node import Node
from conversations.machine.nodes.registry import register


@register
@dataclass(frozen=True, kw_only=True)
class EndNode(Node):
    """An end. It may say something."""

    kind = "end"
    does = gettext_noop("end")
    order = 100
    drawing = Drawing(
        light="#475569",
        dark="#94a3b8",
        glyph="M7.5 12.3l3.2 3.2 6-6.6",
        shape=Shape.ROUND,
    )
    leads_on = False

    def leads_silently(self, silent_flows: Collection[int], *, asking: bool) -> tuple[Edge, ...]:
        return ()
