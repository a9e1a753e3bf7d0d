"""Where a step leads if no transition says so: to the next step in order; the last one ends the flow. On values."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from django.utils.translation import gettext as _

from conversations.machine.edges import Edge, On, Operator
from conversations.machine.nodes.node import Node
from conversations.machine.nodes.registry import ending_kind


def with_defaults(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """The nodes, with an edge to the next one where their own edges do not take every answer."""
    return tuple(_with_default(node, after) for node, after in zip_longest(nodes, nodes[1:]))


def without_defaults(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """The nodes without the edges that `with_defaults` adds. One that stops before the last leads to an end instead."""
    nodes = _with_endings(nodes)
    return tuple(_without_default(node, after) for node, after in zip_longest(nodes, nodes[1:]))


def is_decided(node: Node) -> bool:
    """Whether its edges take every answer: one has no condition, or their conditions name every choice."""
    return any(edge.guard is None for edge in node.leaving(On.NEXT)) or _names_every_choice(node)


def free_name(stem: str, taken: set[str]) -> str:
    """The stem, with a number if it is taken."""
    if stem not in taken:
        return stem
    return next(f"{stem}_{number}" for number in range(1, len(taken) + 2) if f"{stem}_{number}" not in taken)


def _with_default(node: Node, after: Node | None) -> Node:
    if after is None or not node.leads_on or is_decided(node):
        return node
    place = 1 + max((number for number, edge in enumerate(node.edges) if edge.on == On.NEXT), default=-1)
    return replace(node, edges=(*node.edges[:place], Edge(to=after.key), *node.edges[place:]))


def _without_default(node: Node, after: Node | None) -> Node:
    leading = next((edge for edge in node.leaving(On.NEXT)[-1:] if edge.guard is None), None)
    shorter = replace(node, edges=tuple(edge for edge in node.edges if edge is not leading))
    return shorter if _with_default(shorter, after) == node else node


def _with_endings(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """The nodes; those that stop before the last one lead to a silent end, which is added if there is none."""
    stopping = {node.key for node in nodes[:-1] if node.leads_on and not node.leaving(On.NEXT)}
    if not stopping:
        return tuple(nodes)
    silent = [node for node in nodes if not node.leads_on and not node.text.strip()]
    added = [] if silent else [_end({node.key for node in nodes})]
    leading = Edge(to=[*silent, *added][0].key)
    return *(replace(one, edges=(*one.edges, leading)) if one.key in stopping else one for one in nodes), *added


def _end(taken: set[str]) -> Node:
    kind = ending_kind()
    return kind(key=free_name(kind.kind, taken), name=_("End"))


def _names_every_choice(node: Node) -> bool:
    if node.slot is None or not node.slot.choices:
        return False
    named = {
        edge.guard.value.strip().casefold()
        for edge in node.leaving(On.NEXT)
        if edge.guard and edge.guard.operator == Operator.IS and edge.guard.slot == node.slot.name
    }
    return {choice.value.casefold() for choice in node.slot.choices} <= named
