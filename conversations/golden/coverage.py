"""Which states and transitions of a flow its golden conversations go through."""

from collections.abc import Iterable
from dataclasses import dataclass

from conversations.flows.graph import Marks
from conversations.golden.replay import Replay
from conversations.machine.trace import Entered
from conversations.machine.values import Machine

COVERED, UNCOVERED = "covered", "uncovered"


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The keys of states that were entered, and the transitions that were taken, by state and number."""

    states: frozenset[str]
    ways: frozenset[tuple[str, int]]
    state_count: int
    way_count: int


def marks_of(machine: Machine, coverage: Coverage) -> Marks:
    """The marks that show the coverage in a picture."""
    states = {node.key: COVERED if node.key in coverage.states else UNCOVERED for node in machine.nodes}
    ways: dict[tuple[str, str], str] = {}
    for node in machine.nodes:
        for number, edge in enumerate(node.edges):
            is_covered = (node.key, number) in coverage.ways or ways.get((node.key, edge.to)) == COVERED
            ways[node.key, edge.to] = COVERED if is_covered else UNCOVERED
    return Marks(states=states, ways=ways)


def coverage_of(machine: Machine, replays: Iterable[Replay]) -> Coverage:
    """The coverage of a flow by these conversations."""
    states, ways = set[str](), set[tuple[str, int]]()
    for step in (step for replay in replays for step in replay.trace):
        if isinstance(step, Entered):
            states.add(step.state)
        elif step.holds:
            ways.add((step.state, step.edge))
    every = {(node.key, number) for node in machine.nodes for number in range(len(node.edges))}
    return Coverage(
        states=frozenset(states & {node.key for node in machine.nodes}),
        ways=frozenset(ways & every),
        state_count=len(machine.nodes),
        way_count=len(every),
    )
