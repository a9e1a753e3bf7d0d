"""Two versions of a flow in one picture, with their added, removed and changed steps and ways."""

from dataclasses import replace

from conversations.flows.graph.marks import Marks
from conversations.machine.nodes.node import Node
from conversations.machine.values import Machine

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


def merged(before: Machine, after: Machine) -> tuple[Machine, Marks]:
    """The later version with the removed steps of the earlier one, and the marks that tell them apart."""
    old, new = ({node.key: node for node in machine.nodes} for machine in (before, after))
    gone = [node for key, node in old.items() if key not in new]
    states = {key: ADDED for key in new if key not in old}
    states |= {node.key: REMOVED for node in gone}
    states |= {key: CHANGED for key, node in new.items() if key in old and _text(old[key]) != _text(node)}
    was, now = _ways(before), _ways(after)
    ways = {**dict.fromkeys(now - was, ADDED), **dict.fromkeys(was - now, REMOVED)}
    nodes = [_with_gone(node, old.get(node.key), now) for node in after.nodes]
    return replace(after, nodes=(*nodes, *gone)), Marks(states=states, ways=ways)


def _with_gone(node: Node, was: Node | None, now: set[tuple[str, str]]) -> Node:
    """A state with the transitions that it had before, too."""
    gone = [edge for edge in was.edges if (node.key, edge.to) not in now] if was else []
    return replace(node, edges=(*node.edges, *gone))


def _text(node: Node) -> Node:
    """A state without its transitions, which are marked themselves."""
    return replace(node, edges=())


def _ways(machine: Machine) -> set[tuple[str, str]]:
    return {(node.key, edge.to) for node in machine.nodes for edge in node.edges}
