"""The cause of a session's message: the transitions that the machine has looked at, and the source of each slot."""

from collections.abc import Mapping
from typing import Any

from conversations.delivery.causes import Cause, described
from conversations.machine.levels import Leg
from conversations.machine.places import Act
from conversations.machine.trace import checks_before, state_of
from conversations.models import Session
from core.text.slot_values import RECEIVED

Sources = dict[str, list[str]]
GIVEN, TYPED, TAPPED, SENT, SET = "given", "typed", "tapped", "sent", "set"
PASSED = "passed"  # from the flow around a sub-flow
ANSWERS = {Act.SAY: TYPED, Act.ANSWER: TYPED, Act.CHOOSE: TAPPED}
TIMED = (Act.REMIND, Act.EXPIRE, Act.WAKE, Act.TIME_OUT)  # what time brings, not the member
LONGEST = 200  # characters of a value that a message keeps


def cause_of(session: Session, leg: Leg, sources: Mapping[str, list[str]], effect: int) -> dict[str, Any]:
    """The cause of one effect of a step that the session has taken in one of its flows."""
    trace = leg.step.trace
    ways = [[one.state, one.edge, one.to, one.holds, one.have[:LONGEST]] for one in checks_before(trace, effect)]
    slots = {name: [value[:LONGEST], *sources.get(name, ())] for name, value in leg.level.place.slots.items()}
    return described(
        Cause.FLOW,
        session=session.pk,
        version=leg.level.version,
        state=state_of(trace, effect),
        act=leg.act.value,
        ways=ways,
        slots=slots,
        labels={name: label[:LONGEST] for name, label in leg.level.place.labels.items()},
        callers=[[level.version, level.place.at] for level in leg.levels[:-1]],
        **({"timed": leg.was.at} if leg.act in TIMED else {}),
        **({"asked_at": session.asked_at.isoformat()} if leg.act == Act.REMIND else {}),
    )


def sources_after(leg: Leg, before: Mapping[str, list[str]], *, cid: str) -> Sources:
    """How each slot of a flow got its value, with the correlation ID of the message; `before` has the sources until
    now.
    """
    node, given = leg.machine.node(leg.was.at), leg.level.place.given
    answered = node.slot.name if node and node.slot else ""
    is_file = node is not None and node.slot is not None and node.slot.type in RECEIVED
    brought = {name for name, _source in node.results} if node else set()
    sources: Sources = {}
    for name, value in leg.level.place.slots.items():
        if leg.act in ANSWERS and name == answered:
            how = SENT if is_file else ANSWERS[leg.act]
        elif leg.act != Act.START and name in before and leg.was.slots.get(name) == value:
            sources[name] = before[name]
            continue
        elif leg.act == Act.RETURN and node is not None and name in brought:
            how = node.brings
        elif given.get(name) == value:
            how = PASSED if leg.depth else GIVEN
        else:
            how = SET
        sources[name] = [how, cid]
    return sources
