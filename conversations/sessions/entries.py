"""Notes which states a session enters, for the numbers on the graph."""

from collections.abc import Iterable, Iterator

from conversations.machine.edges import On
from conversations.machine.levels import Leg
from conversations.machine.places import Act
from conversations.machine.trace import Checked, Entered
from conversations.models import Session, StateEntry


def note(session: Session, legs: Iterable[Leg]) -> None:
    """Write the entries of all steps of an act in one statement; nothing if it stayed where it was."""
    rows = [
        StateEntry(session=session, version_id=leg.level.version, source=source, on=on.value, state=state)
        for leg in legs
        for source, on, state in _ways(leg)
    ]
    if rows:
        StateEntry.objects.bulk_create(rows)


def _ways(leg: Leg) -> Iterator[tuple[str, On, str]]:
    machine, trace = leg.machine, leg.step.trace
    first = next((step.state for step in trace if isinstance(step, Entered)), "")
    if leg.act in (Act.START, Act.RESTART) and machine.node(first):
        yield "", On.NEXT, first
    for step in trace:
        if isinstance(step, Checked) and step.holds:
            node = machine.node(step.state)
            if node is not None and machine.node(step.to):
                yield step.state, node.edges[step.edge].on, step.to
