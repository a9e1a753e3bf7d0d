"""The whole picture of a flow with everything in it is the one beside this file, to a tenth of a pixel.

Look at the picture before you replace it: write `picture()` to it.
"""

from pathlib import Path

import pytest
from django.utils import translation

from conversations.flows.graph import Marks, svg
from conversations.flows.graph.marks import Number, Run
from conversations.flows.graph.style import style
from conversations.flows.problems import Problem
from conversations.machine.calls import Call, Method
from conversations.machine.edges import Edge, Guard, On, Operator
from conversations.machine.kinds.ask import AskNode
from conversations.machine.kinds.branch import BranchNode
from conversations.machine.kinds.call import CallNode
from conversations.machine.kinds.end import EndNode
from conversations.machine.kinds.handoff import HandoffNode
from conversations.machine.kinds.say import SayNode
from conversations.machine.kinds.set import SetNode
from conversations.machine.kinds.subflow import SubflowNode
from conversations.machine.kinds.video import VideoNode
from conversations.machine.kinds.wait import WaitNode
from conversations.machine.subflows import Subflow
from conversations.machine.values import Machine
from core.text.slot_values import Choice, Slot, SlotType

DRAWN = Path(__file__).with_name("drawn_flow.svg")
DISHES = Slot(
    name="dish",
    type=SlotType.CHOICE,
    retries=2,
    choices=tuple(
        Choice(value=str(number), label=label) for number, label in enumerate(("面条", "Reis mit Gemüse", "汤"))
    ),
)
MACHINE = Machine(
    name="午餐 & more",
    language="zh-hans",
    start="ask",
    nodes=(
        AskNode(
            key="ask",
            name="Ask for the dish of today, which is a long name",
            text="\n今天中午想吃什么？请告诉我们，我们会帮你预订一份美味的午餐，谢谢。\nSecond line",
            slot=DISHES,
            edges=(
                Edge(to="call", guard=Guard(slot="dish", operator=Operator.IS, value="0")),
                Edge(to="call", guard=Guard(slot="dish", operator=Operator.IS, value="1")),
                Edge(to="branch"),
                Edge(to="human", on=On.RETRIES),
                Edge(to="human", on=On.EXPIRED),
            ),
        ),
        CallNode(
            key="call",
            name="叫服务",
            call=Call(method=Method.GET, url="https://oa.example.com/dishes", results=(("price", "price"),)),
            edges=(Edge(to="set"), Edge(to="human", on=On.FAILED), Edge(to="human", on=On.TIMEOUT)),
        ),
        BranchNode(
            key="branch",
            name="Branch",
            edges=(
                Edge(to="video", guard=Guard(slot="dish", operator=Operator.CONTAINS, value="汤")),
                Edge(to="ask", guard=Guard(slot="", operator=Operator.FORMULA, value="time > 12:00")),
                Edge(to="bye"),
            ),
        ),
        SetNode(key="set", name="Set", slot=Slot(name="total"), formula="price * 2", edges=(Edge(to="run"),)),
        SubflowNode(key="run", name="Run", subflow=Subflow(flow=7), edges=(Edge(to="wait"),)),
        WaitNode(key="wait", name="Wait", wait=90, edges=(Edge(to="wait"), Edge(to="bye"))),
        VideoNode(key="video", name="视频", text="一起吃饭！", edges=(Edge(to="bye"),)),
        HandoffNode(key="human", name="Human", text="One moment.", edges=(Edge(to="bye"),)),
        EndNode(key="bye", name="再见", text="好的。"),
        SayNode(key="lost", name="Lost", text="Nothing leads here.", edges=(Edge(to="nowhere"),)),
    ),
)
MARKS = Marks(
    here="wait",
    counts={"ask": 1, "wait": 12},
    links={"ask": "/admin/?a=1&b=2"},
    problems={
        "lost": [Problem(code="lost", words="Nothing leads to it.", is_error=False)],
        "set": [
            Problem(code="no_slot", words="It has no answer."),
            Problem(code="hint", words="A hint.", is_error=False),
        ],
    },
    walked=[("ask", "call"), ("call", "set")],
    states={"video": "added", "human": "changed"},
    ways={("ask", "branch"): "covered", ("ask", "call"): "added"},
    numbers={
        "ask": [
            Number(sort="entered", count=120, words="120 entered it", url="/entered/"),
            Number(sort="gave_up", count=0, words="None gave up", url="/gone/"),
        ],
        "run": [Number(sort="here", count=3, words="3 are here")],
    },
    way_numbers={
        ("", On.NEXT, "ask"): Number(sort="entered", count=130, words="130 began"),
        ("branch", On.NEXT, "bye"): Number(sort="entered", count=5, words="5 went on", url="/on/"),
        ("ask", On.EXPIRED, "human"): Number(sort="gave_up", count=44, words="44 gave up"),
    },
    runs={
        "run": Run(name="Order a dish with a name that is too long for the box", url="/flow/7/"),
        "call": Run(name="<b>"),
    },
)


def picture() -> str:
    """One element a line, without the style sheet."""
    with translation.override("en"):
        return svg(MACHINE, MARKS).replace(style(), "").replace("><", ">\n<") + "\n"


def test_everything_that_a_picture_has_stands_where_it_stood():
    assert picture().splitlines() == DRAWN.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("name", "marks", "role"),
    [
        ("nothing", Marks(), "img"),
        ("links", Marks(links={"ask": "/"}), "group"),
        ("numbers", Marks(numbers={"ask": [Number(sort="here", count=1, words="1")]}), "group"),
        ("runs", Marks(runs={"run": Run(name="Run")}), "group"),
    ],
)
def test_a_picture_with_something_to_press_is_a_group(name, marks, role):
    assert f'role="{role}"' in svg(MACHINE, marks)
