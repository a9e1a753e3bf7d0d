"""Decide by conditions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conversations.machine.edges import On
from conversations.machine.nodes.declarations import Drawing, Fault, Shape, gettext_noop
from conversations.machine.nodes.node import Node
from conversations.machine.nodes.registry import register


@register
@dataclass(frozen=True, kw_only=True)
class BranchNode(Node):
    """A decision. The conditions are those of its edges."""

    kind = "branch"
    does = gettext_noop("decide by conditions")
    order = 50
    drawing = Drawing(
        light="#c2410c",
        dark="#fb923c",
        glyph="M12 6.5v4.2M12 10.7l-5 6M12 10.7l5 6",
        shape=Shape.POINTED,
    )

    def faults(self, others: Sequence[Node], *, flow_minutes: int | None = None) -> Iterator[Fault]:
        if not any(edge.guard for edge in self.leaving(On.NEXT)):
            words = gettext_noop("It decides nothing. Add transitions with conditions to it.")
            yield Fault(code="no_conditions", words=words)
