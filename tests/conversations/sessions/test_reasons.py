"""Where each slot of a session has its value from."""

from conversations.machine.calls import Call
from conversations.machine.places import Place
from conversations.machine.values import Act, Node, NodeKind
from conversations.models import Session
from conversations.sessions import reasons
from core.text.slot_values import Slot

ASK = Node(key="ask", name="Ask", kind=NodeKind.ASK, slot=Slot(name="days"))
CALL = Node(key="call", name="Call", kind=NodeKind.CALL, call=Call(results=(("number", "data.id"),)))


def after(node: Node, act: Act, slots: dict[str, str], session: Session | None = None) -> dict[str, list[str]]:
    place = Place(slots=slots, given={"who": "小明"})
    return reasons.sources_after(session or Session(), act, place, node=node, cid="c2")


def test_an_answer_data_and_a_set_value_are_told_apart():
    found = after(ASK, Act.SAY, {"who": "小明", "days": "3", "kind": "short"})
    assert found == {"who": ["given", "c2"], "days": ["typed", "c2"], "kind": ["set", "c2"]}


def test_what_a_call_brought_is_told_as_such():
    session = Session(slots={"days": "3"}, sources={"days": ["tapped", "c1"]})
    found = after(CALL, Act.RESUME, {"days": "3", "number": "17"}, session)
    assert found == {"days": ["tapped", "c1"], "number": ["call", "c2"]}
