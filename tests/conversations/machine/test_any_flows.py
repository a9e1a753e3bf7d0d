"""Any flows in one another, any inputs, and any publications in between: nobody is stuck, and no answer is lost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.machine.calls import Call, Returned, Way
from conversations.machine.edges import Edge, Guard, On, Operator
from conversations.machine.effects import Ask, CallService, HandOff, Sleep
from conversations.machine.formulas.values import Context
from conversations.machine.kinds.ask import AskNode
from conversations.machine.kinds.call import CallNode
from conversations.machine.kinds.handoff import HandoffNode
from conversations.machine.kinds.set import SetNode
from conversations.machine.kinds.subflow import SubflowNode
from conversations.machine.kinds.wait import WaitNode
from conversations.machine.levels import Level, Published, Walk, advance, end_of
from conversations.machine.nodes.node import Node
from conversations.machine.nodes.registry import kinds
from conversations.machine.places import Act
from conversations.machine.subflows import MOST_LEVELS, Subflow
from conversations.machine.values import Machine
from core.text.slot_values import Slot, SlotType

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
FLOWS = (1, 2, 3)
NAMES = ("a", "b", "c")
LAST = {AskNode: Ask, HandoffNode: HandOff, WaitNode: Sleep, CallNode: CallService}
WAYS: dict[type[Node], tuple[On, ...]] = {
    AskNode: (On.RETRIES, On.EXPIRED),
    CallNode: (On.FAILED, On.TIMEOUT),
    SubflowNode: (On.RETRIES, On.EXPIRED, On.FAILED),
}
ON_TIME = {AskNode: Act.EXPIRE, WaitNode: Act.WAKE, CallNode: Act.EXPIRE}
TEXTS = ("", "1", "9", "是", Returned(kept={"a": "7"}).to_text(), Returned(way=Way.FAILED).to_text())
DROPPING = (Act.BACK, Act.RESTART, Act.START)  # what takes answers away, as members ask for

# Often what talks do, so that they come far: steps that wait and run flows, and answers.
KINDS = (*kinds(), *[AskNode, SubflowNode] * 4, CallNode)
ACTS = (*(act for act in Act if act != Act.START), *[Act.SAY] * 8, *[Act.RETURN] * 3)
inputs = st.tuples(st.sampled_from(ACTS), st.sampled_from(TEXTS))
names = st.sampled_from(NAMES)


@st.composite
def nodes(draw: Any, number: int, count: int) -> Node:
    """A step of any kind. It leads to later ones, and an answer may lead back."""
    kind, name = draw(st.sampled_from(KINDS)), draw(names)
    later = st.sampled_from([f"s{other}" for other in range(number + 1, count)] or [""])
    types = st.sampled_from((SlotType.TEXT, SlotType.NUMBER, SlotType.YES_NO))
    fields: dict[str, Any] = {
        AskNode: {"slot": Slot(name=name, type=draw(types), retries=draw(st.integers(0, 1)))},
        SetNode: {"slot": Slot(name=name), "formula": draw(st.sampled_from(("a + 1", '"x"', "b")))},
        WaitNode: {"wait": 60},
        CallNode: {"call": Call(url="https://oa.example.com/", results=((name, "id"),))},
        SubflowNode: {"subflow": draw(subflows())},
    }.get(kind, {})
    guard = Guard(slot="", operator=Operator.FORMULA, value=f'{draw(names)} = "1"')
    edges = [Edge(to=draw(later), on=on) for on in WAYS.get(kind, ()) if draw(st.booleans())]
    if draw(st.booleans()):
        back = st.sampled_from([f"s{other}" for other in range(count)])
        edges.append(Edge(to=draw(back if kind.asks else later), guard=guard))
    edges.append(Edge(to=draw(later)))
    kept = tuple(edge for edge in edges if edge.to) if kind.leads_on else ()
    step: Node = kind(key=f"s{number}", name=f"s{number}", text=f"s{number}？", edges=kept, **fields)
    return step


@st.composite
def subflows(draw: Any) -> Subflow:
    """A flow that may not be there, and answers in both directions."""
    given_, results = ((draw(names), draw(names)) for _number in range(2))
    return Subflow(flow=draw(st.sampled_from((*FLOWS, 9))), given=(given_,), results=(results,))


@st.composite
def machines(draw: Any) -> Machine:
    """A flow of two to six steps, which may have a limit of time."""
    count = draw(st.integers(2, 6))
    steps = tuple(draw(nodes(number, count)) for number in range(count))
    limit = draw(st.sampled_from((None, 90, 600)))
    return Machine(name="流程", language="zh-hans", start="s0", nodes=steps, expire_after=limit)


class Talk:
    """A session in memory, in flows that are published anew meanwhile; each input is checked."""

    def __init__(self, outer: Machine, flows: dict[int, Machine]) -> None:
        self.flows = {key: Published(version=key, machine=machine) for key, machine in flows.items()}
        self.now = NOW
        self.version = 100
        self.walk = Walk(levels=(Level(version=0, machine=outer, ends_at=end_of(outer, NOW)),), legs=())
        self.walk = self._taken(Act.START, "")

    def publish(self, flow: int, machine: Machine) -> None:
        self.version += 1
        self.flows[flow] = Published(version=self.version, machine=machine)

    def does(self, act: Act, text: str = "") -> None:
        before = self.walk.levels
        self.walk = self._taken(act, text)
        self._check_places()
        self._check_answers(before, act)

    @property
    def node(self) -> Node:
        level = self.walk.levels[-1]
        node = level.machine.node(level.place.at)
        assert node is not None
        return node

    def _taken(self, act: Act, text: str) -> Walk:
        moment = {"today": self.now.date(), "now": self.now, "context": Context(now=self.now)}
        return advance(self.walk.levels, act, text, flows=self.flows, **moment)  # type: ignore[arg-type]

    def _check_places(self) -> None:
        levels = self.walk.levels
        assert 1 <= len(levels) <= MOST_LEVELS
        for level in levels[:-1]:
            around = level.machine.node(level.place.at)
            assert around is not None
            assert around.subflow is not None
        if self.walk.outcome is None:
            assert self.node.rests
            assert self.node.subflow is None
            assert (levels[-1].place.wakes_at is not None) == isinstance(self.node, WaitNode)
            # Nothing is said after what hands over: to a person, a service, or the time.
            assert not any(isinstance(one, (HandOff, CallService, Sleep)) for one in self.walk.effects[:-1])

    def _check_answers(self, before: tuple[Level, ...], act: Act) -> None:
        """Whatever flow the session is still in keeps its version, and each answer that it has."""
        entered = {leg.depth for leg in self.walk.legs if leg.act == Act.START}
        for depth, (was, level) in enumerate(zip(before, self.walk.levels, strict=False)):
            if depth in entered:
                break
            assert was.version == level.version
            assert was.machine is level.machine
            assert act in DROPPING or was.place.slots.keys() <= level.place.slots.keys()


def play(data: Any, outer: Machine, flows: dict[int, Machine], most: int) -> Talk:
    """Inputs, time and publications in any order, until the session ends."""
    talk = Talk(outer, flows)
    for _number in range(data.draw(st.integers(0, most))):
        if talk.walk.outcome is not None:
            break
        if data.draw(st.integers(0, 3)) == 0:
            talk.publish(data.draw(st.sampled_from(FLOWS)), data.draw(machines()))
        talk.now += timedelta(minutes=data.draw(st.sampled_from((0, 1, 100))))
        talk.does(*data.draw(inputs))
    return talk


def leave(talk: Talk) -> None:
    """From where it is a word ends it, and so does time alone."""
    if talk.walk.outcome is not None:
        return
    kept = talk.walk
    talk.does(Act.CANCEL)
    assert talk.walk.outcome is not None
    talk.walk = kept
    for _number in range(200):
        talk.does(ON_TIME.get(type(talk.node), Act.RESUME))
        if talk.walk.outcome is not None:
            return
    raise AssertionError("Time alone does not end it.")


ALL = st.fixed_dictionaries({flow: machines() for flow in FLOWS})


@settings(max_examples=40, deadline=None)
@given(st.data(), machines(), ALL)
def test_any_flows_rest_where_something_is_awaited_and_can_be_left(data, outer, flows):
    leave(play(data, outer, flows, 8))


@pytest.mark.thorough
@settings(max_examples=2_000, deadline=None)
@given(st.data(), machines(), ALL)
def test_many_more_flows_and_longer_talks_can_be_left(data, outer, flows):
    leave(play(data, outer, flows, 25))
