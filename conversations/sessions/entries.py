"""Notes which states a session enters, for the numbers on the graph."""

from collections.abc import Iterator

from conversations.machine.effects import Step
from conversations.machine.trace import Checked, Entered
from conversations.machine.values import Act, Machine, On
from conversations.models import Session, StateEntry


def note(session: Session, machine: Machine, result: Step, act: Act) -> None:
    """Write the entries of one step in one statement; nothing if it stayed where it was."""
    rows = [
        StateEntry(session=session, version_id=session.version_id, source=source, on=on.value, state=state)
        for source, on, state in _ways(machine, result, act)
    ]
    if rows:
        StateEntry.objects.bulk_create(rows)


def _ways(machine: Machine, result: Step, act: Act) -> Iterator[tuple[str, On, str]]:
    first = next((one.state for one in result.trace if isinstance(one, Entered)), "")
    if act in (Act.START, Act.RESTART) and machine.node(first):
        yield "", On.NEXT, first
    for one in result.trace:
        if isinstance(one, Checked) and one.holds:
            node = machine.node(one.state)
            if node is not None and machine.node(one.to):
                yield one.state, node.edges[one.edge].on, one.to
