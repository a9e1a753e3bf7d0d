"""Why a session says something: what the machine has looked at, and where each slot has its value from."""

from collections.abc import Mapping
from typing import Any

from conversations.delivery.causes import Cause, described
from conversations.machine.effects import Step
from conversations.machine.places import Place
from conversations.machine.trace import checks_before, state_of
from conversations.machine.values import Act, Node
from conversations.models import Session

GIVEN, TYPED, TAPPED, SET, CALLED = "given", "typed", "tapped", "set", "call"
ANSWERS = {Act.SAY: TYPED, Act.ANSWER: TYPED, Act.CHOOSE: TAPPED}
LONGEST = 200  # characters of a value that a message keeps


def cause_of(session: Session, act: Act, result: Step, effect: int) -> dict[str, Any]:
    """The cause of one effect of a step that the session has taken."""
    ways = [[one.state, one.edge, one.to, one.holds, one.have[:LONGEST]] for one in checks_before(result.trace, effect)]
    slots = {name: [value[:LONGEST], *session.sources.get(name, ())] for name, value in session.slots.items()}
    return described(
        Cause.FLOW,
        session=session.pk,
        version=session.version_id,
        state=state_of(result.trace, effect),
        act=act.value,
        ways=ways,
        slots=slots,
        labels={name: label[:LONGEST] for name, label in session.labels.items()},
    )


def sources_after(session: Session, act: Act, place: Place, *, node: Node | None, cid: str) -> dict[str, list[str]]:
    """How each slot got its value, with the correlation ID of the message; `node` is the state that was left."""
    answered = node.slot.name if node and node.slot else ""
    called = {name for name, _path in node.call.results} if node and node.call else set()
    sources: dict[str, list[str]] = {}
    for name, value in place.slots.items():
        known = session.sources.get(name)
        if act in ANSWERS and name == answered:
            sources[name] = [ANSWERS[act], cid]
        elif known is not None and session.slots.get(name) == value:
            sources[name] = known
        else:
            sources[name] = [CALLED if name in called else GIVEN if _is_given(place, name) else SET, cid]
    return sources


def _is_given(place: Place, name: str) -> bool:
    given: Mapping[str, str] = place.given
    return name in given and given[name] == place.slots[name]
