"""Flows in flows: what goes in and comes back, and how each end of a sub-flow leads on. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conversations.machine.edges import Edge, On
from conversations.machine.effects import Ask, Notify, Say
from conversations.machine.formulas.values import Context
from conversations.machine.kinds.ask import AskNode
from conversations.machine.kinds.end import EndNode
from conversations.machine.kinds.handoff import HandoffNode
from conversations.machine.kinds.subflow import SubflowNode
from conversations.machine.levels import Level, Published, advance, end_of, renewed
from conversations.machine.nodes.node import Node
from conversations.machine.places import Act, Outcome
from conversations.machine.subflows import MOST_LEVELS, Subflow
from conversations.machine.values import Machine
from core.text.slot_values import Slot, SlotType

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
INNER, OUTER = 2, 1


def node(key: str, kind: type[Node], *edges: Edge, **fields: Any) -> Node:
    return kind(**{"key": key, "name": key, "text": f"{key}？", "edges": edges, **fields})


def asking(key: str, *edges: Edge, slot_type: SlotType = SlotType.TEXT) -> Node:
    return node(key, AskNode, *edges, slot=Slot(name=key, type=slot_type, retries=0))


def contact(**changes: Any) -> Machine:
    """Asks for a number and a name."""
    phone = asking("phone", Edge(to="name"), slot_type=SlotType.NUMBER)
    nodes = (phone, asking("name", Edge(to="thanks")), node("thanks", EndNode, text="{{name}}，记下了。"))
    return Machine(**{"name": "联系方式", "language": "zh-hans", "start": "phone", "nodes": nodes} | changes)


def visit(*ways: Edge, flow: int = INNER, numeric: bool = True, **changes: Any) -> Machine:
    """Asks for a name, runs the other flow, and asks whether all is right."""
    passed = Subflow(
        flow=flow,
        given=(("phone", "number + 1" if numeric else "number"),),
        results=(("contact", "phone"), ("who", "name")),
    )
    nodes = (
        asking("number", Edge(to="name"), slot_type=SlotType.NUMBER if numeric else SlotType.TEXT),
        asking("name", Edge(to="contact")),
        node("contact", SubflowNode, Edge(to="right"), *ways, text="", subflow=passed),
        node("right", AskNode, Edge(to="bye"), slot=Slot(name="right"), text="{{name}}找{{who}}？"),
        node("bye", EndNode, text="再见。"),
        node("sorry", EndNode, text="下次吧。"),
        node("person", HandoffNode, text="转人工。"),
    )
    return Machine(**{"name": "访客", "language": "zh-hans", "start": "number", "nodes": nodes} | changes)


class Talk:
    """A session in memory, with flows that can be published meanwhile."""

    def __init__(self, outer: Machine, flows: Mapping[int, Machine]) -> None:
        self.flows = {key: Published(version=key * 10, machine=machine) for key, machine in flows.items()}
        self.levels: tuple[Level, ...] = (Level(version=10, machine=outer, ends_at=end_of(outer, NOW)),)
        self.outcome: Outcome | None = None
        self.now = NOW
        self.does(Act.START)

    def does(self, act: Act, text: str = "") -> list[str]:
        walk = advance(
            self.levels,
            act,
            text,
            flows=self.flows,
            today=self.now.date(),
            now=self.now,
            context=Context(now=self.now),
        )
        self.levels, self.outcome = walk.levels, walk.outcome
        return [line for one in walk.effects for line in _words(one)]

    def says(self, *texts: str) -> list[str]:
        return [self.does(Act.SAY, text) for text in texts][-1]

    @property
    def at(self) -> list[str]:
        return [level.place.at for level in self.levels]


def _words(effect: object) -> list[str]:
    if isinstance(effect, Notify):
        return [effect.notice]
    return [effect.text] if isinstance(effect, (Say, Ask)) else []


@pytest.fixture
def talk() -> Talk:
    return Talk(visit(Edge(to="sorry", on=On.RETRIES), Edge(to="person", on=On.EXPIRED)), {INNER: contact()})


def test_only_what_is_named_goes_in_and_comes_back(talk):
    assert talk.says("6", "王芳") == ["name？"]  # the number was passed in, so that only the name is asked for
    assert talk.at == ["contact", "name"]
    assert talk.levels[-1].place.slots == {"phone": "7"}
    assert talk.says("李雷") == ["李雷，记下了。", "王芳找李雷？"]
    assert talk.at == ["right"]
    assert talk.levels[0].place.slots == {"number": "6", "name": "王芳", "contact": "7", "who": "李雷"}
    assert (talk.says("对"), talk.outcome) == (["再见。"], Outcome.COMPLETED)


def test_a_value_that_does_not_fit_is_asked_for():
    talk = Talk(visit(numeric=False), {INNER: contact()})
    assert talk.says("许多", "王芳") == ["phone？"]


@pytest.mark.parametrize(
    ("act", "text", "said", "outcome"),
    [
        (Act.CANCEL, "", ["cancelled"], Outcome.CANCELLED),
        (Act.EXPIRE, "", ["转人工。"], None),
    ],
)
def test_an_end_of_the_inner_flow_leads_on_or_ends_all(talk, act, text, said, outcome):
    talk.says("6", "王芳")
    assert (talk.does(act, text), talk.outcome) == (said, outcome)


def test_too_many_tries_lead_on_and_a_goodbye_keeps_the_question():
    talk = Talk(visit(Edge(to="sorry", on=On.RETRIES), numeric=False), {INNER: contact()})
    talk.says("许多", "王芳")
    assert talk.does(Act.SAY, "不知道") == ["下次吧。", "kept"]
    assert (talk.outcome, talk.at) == (Outcome.GAVE_UP, ["contact", "phone"])
    assert talk.does(Act.RESUME) == ["phone？"]


def test_without_a_way_silence_ends_the_session_where_it_is():
    talk = Talk(visit(), {INNER: contact()})
    talk.says("6", "王芳")
    assert (talk.does(Act.EXPIRE), talk.outcome, talk.at) == (["expired"], Outcome.EXPIRED, ["contact", "name"])
    assert (talk.does(Act.RESUME), talk.outcome) == (["name？"], None)


def test_back_leaves_the_inner_flow_at_its_first_question(talk):
    talk.says("6", "王芳")
    assert (talk.does(Act.BACK), talk.at) == (["name？"], ["name"])
    assert talk.levels[0].place.slots == {"number": "6"}
    talk.says("王芳", "李雷")
    assert (talk.does(Act.RESTART), talk.at) == (["number？"], ["number"])


def test_time_over_ends_the_flow_that_it_is_the_time_of():
    outer = visit(Edge(to="person", on=On.EXPIRED), expire_after=60)
    talk = Talk(outer, {INNER: contact(expire_after=10, expire_text="时间到。")})
    talk.says("6", "王芳")
    assert talk.levels[-1].ends_at == NOW + timedelta(minutes=10)
    talk.now += timedelta(minutes=11)
    assert (talk.does(Act.TIME_OUT), talk.at) == (["时间到。", "转人工。"], ["person"])
    talk = Talk(outer, {INNER: contact(expire_after=100)})
    talk.says("6", "王芳")
    assert talk.levels[-1].ends_at == NOW + timedelta(minutes=60)  # never longer than the flow around it
    talk.now += timedelta(minutes=61)
    assert (talk.does(Act.TIME_OUT), talk.outcome) == (["expired"], Outcome.EXPIRED)
    assert [level.ends_at for level in renewed(talk.levels, talk.now)] == [talk.now + timedelta(minutes=60)] * 2
    assert talk.at == ["contact", "name"]


def test_a_flow_that_cannot_be_entered_leads_on_as_failed():
    talk = Talk(visit(Edge(to="person", on=On.FAILED)), {})
    assert (talk.says("6", "王芳"), talk.at) == (["转人工。"], ["person"])
    talk = Talk(visit(), {})
    assert (talk.says("6", "王芳"), talk.outcome) == (["failed"], Outcome.FAILED)


def test_each_level_keeps_the_version_that_it_was_entered_with(talk):
    talk.says("6", "王芳")
    talk.flows = {INNER: Published(version=21, machine=contact(start="thanks"))}
    assert [level.version for level in talk.levels] == [10, 20]
    assert talk.says("李雷")[0] == "李雷，记下了。"


def test_flows_that_run_each_other_end_at_a_limit():
    talk = Talk(visit(), {INNER: visit(flow=INNER, start="contact")})
    talk.says("6", "王芳")
    assert (talk.outcome, len(talk.levels)) == (Outcome.FAILED, MOST_LEVELS)
    quick = Machine(name="快", language="zh-hans", start="end", nodes=(node("end", EndNode, text=""),))
    loop = node("loop", SubflowNode, Edge(to="loop"), text="", subflow=Subflow(flow=INNER))
    talk = Talk(Machine(name="圈", language="zh-hans", start="loop", nodes=(loop,)), {INNER: quick})
    assert talk.outcome == Outcome.FAILED


def test_a_flow_with_sub_flows_is_stored_as_plain_values():
    assert Machine.from_json(visit().to_json()) == visit()
    assert "subflow" not in contact().to_json()["nodes"][0]
