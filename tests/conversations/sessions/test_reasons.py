"""Where each slot of a session has its value from."""

from dataclasses import replace

import pytest

from conversations.machine.calls import Call
from conversations.machine.effects import Step
from conversations.machine.kinds.ask import AskNode
from conversations.machine.kinds.call import CallNode
from conversations.machine.kinds.subflow import SubflowNode
from conversations.machine.levels import Leg, Level
from conversations.machine.nodes.node import Node
from conversations.machine.places import Act, Place
from conversations.machine.subflows import Subflow
from conversations.machine.values import Machine
from conversations.sessions import reasons
from conversations.sessions.reasons import Sources
from core.text.slot_values import Slot

ASK = AskNode(key="ask", name="Ask", slot=Slot(name="days"))
CALL = CallNode(key="call", name="Call", call=Call(results=(("number", "data.id"),)))
SUBFLOW = SubflowNode(key="sub", name="Sub", subflow=Subflow(results=(("number", "id"),)))


def after(node: Node, act: Act, slots: dict[str, str], was: Place | None = None, **before: list[str]) -> Sources:
    was = was or Place(given={"who": "小明"})
    machine = Machine(name="请假", language="zh-hans", start=node.key, nodes=(node,))
    level = Level(version=1, machine=machine, place=Place(slots=slots, given=was.given))
    leg = Leg(levels=(level,), was=replace(was, at=node.key), act=act, step=Step(place=level.place))
    return reasons.sources_after(leg, before, cid="c2")


def test_an_answer_data_and_a_set_value_are_told_apart():
    found = after(ASK, Act.SAY, {"who": "小明", "days": "3", "kind": "short"})
    assert found == {"who": ["given", "c2"], "days": ["typed", "c2"], "kind": ["set", "c2"]}


@pytest.mark.parametrize(("node", "how"), [(CALL, "call"), (SUBFLOW, "taken")])
def test_what_a_call_or_a_sub_flow_brought_is_told_as_such(node, how):
    found = after(node, Act.RETURN, {"days": "3", "number": "17"}, Place(slots={"days": "3"}), days=["tapped", "c1"])
    assert found == {"days": ["tapped", "c1"], "number": [how, "c2"]}
