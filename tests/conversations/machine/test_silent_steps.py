"""Steps that decide, set and wait, and the limit of a whole session. Pure, as all of the machine."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from conversations.machine.edges import Edge, Guard, Operator
from conversations.machine.effects import Ask, Notify, Say, Sleep
from conversations.machine.formulas.values import Context, Value
from conversations.machine.kinds.ask import AskNode
from conversations.machine.kinds.branch import BranchNode
from conversations.machine.kinds.end import EndNode
from conversations.machine.kinds.say import SayNode
from conversations.machine.kinds.set import SetNode
from conversations.machine.kinds.wait import WaitNode
from conversations.machine.nodes.node import Node
from conversations.machine.notices import Notice
from conversations.machine.places import Act, Outcome, Place
from conversations.machine.step import step
from conversations.machine.values import Machine
from core.text.slot_values import Slot, SlotType

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
DAYS = Slot(name="days", type=SlotType.NUMBER)


def machine(*nodes: Node, **fields: object) -> Machine:
    ask = AskNode(key="ask", name="天数", text="几天？", slot=DAYS, edges=(Edge(to="next"),))
    end = EndNode(key="end", name="结束", text="{{days}} {{total}}")
    given = {"name": "请假", "language": "zh-hans", "start": "ask", "nodes": (ask, *nodes, end)} | fields
    return Machine(**given)  # type: ignore[arg-type]


def formula(text: str) -> Guard:
    return Guard(slot="", operator=Operator.FORMULA, value=text)


def take(flow: Machine, place: Place, act: Act, text: str = "", **facts: Value) -> tuple[Place, list[object]]:
    result = step(flow, place, act, text, today=NOW.date(), context=Context(now=NOW, member=facts))
    return result.place, list(result.effects)


def answered(flow: Machine, text: str, **facts: Value) -> tuple[Place, list[object]]:
    place, _asked = take(flow, Place(), Act.START)
    return take(flow, place, Act.SAY, text, **facts)


BRANCH = BranchNode(
    key="next",
    name="多长",
    edges=(
        Edge(to="long", guard=formula('days > 3 and member.city = "上海"')),
        Edge(to="short", guard=Guard(slot="days", operator=Operator.LESS, value="2")),
        Edge(to="end"),
    ),
)
LONG = SayNode(key="long", name="长", text="很长。", edges=(Edge(to="end"),))
SHORT = SayNode(key="short", name="短", text="很短。", edges=(Edge(to="end"),))


@pytest.mark.parametrize(
    ("days", "city", "said"), [("5", "上海", "很长。"), ("5", "北京", "5 "), ("1", "上海", "很短。"), ("3", "", "3 ")]
)
def test_a_branch_takes_the_first_condition_that_holds(days, city, said):
    assert answered(machine(BRANCH, LONG, SHORT), days, city=city)[1][0] == Say(text=said)


def test_a_set_answer_is_known_to_the_steps_after_it():
    sets = SetNode(key="next", name="算", slot=Slot(name="total"), formula="days * 2", edges=(Edge(to="end"),))
    place, effects = answered(machine(sets), "3")
    assert effects == [Say(text="3 6")]
    assert place.slots == {"days": "3", "total": "6"}


def wait(**fields: object) -> Machine:
    node = WaitNode(key="next", name="等", text="到时再聊。", edges=(Edge(to="end"),), **fields)  # type: ignore[arg-type]
    return machine(node)


def test_a_wait_sleeps_and_goes_on_when_it_is_over():
    place, effects = answered(wait(wait=90), "3")
    until = NOW + timedelta(minutes=90)
    assert effects == [Say(text="到时再聊。"), Sleep(until=until)]
    assert (place.at, place.wakes_at, place.outcome) == ("next", until, None)
    place, effects = take(wait(wait=90), place, Act.WAKE)
    assert effects == [Say(text="3 ")]
    assert (place.outcome, place.wakes_at) == (Outcome.COMPLETED, None)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("member.start_date - 1", datetime(2026, 11, 30, 9, 0, tzinfo=UTC)),
        ('at(today(), "18:00")', datetime(2026, 11, 25, 18, 0, tzinfo=UTC)),
        ("today() + 5000", NOW + timedelta(days=366)),
    ],
)
def test_a_wait_until_a_date_ends_in_the_morning(text, until):
    assert answered(wait(formula=text), "3", start_date=date(2026, 12, 1))[0].wakes_at == until


@pytest.mark.parametrize("text", ["member.unknown", "today() - 1", "days", ""])
def test_a_wait_for_the_past_or_nothing_is_over_at_once(text):
    place, effects = answered(wait(formula=text), "3")
    assert effects == [Say(text="到时再聊。"), Say(text="3 ")]
    assert place.outcome == Outcome.COMPLETED


def test_only_the_member_who_leaves_or_goes_back_moves_a_sleeper():
    flow = wait(wait=90)
    asleep, _effects = answered(flow, "3")
    for act in (Act.SAY, Act.HELP, Act.REMIND, Act.EXPIRE):
        assert take(flow, asleep, act, "你好") == (asleep, [])
    place, effects = take(flow, asleep, Act.BACK)
    assert (place.at, place.wakes_at, place.slots) == ("ask", None, {})
    assert effects == [Ask(text="几天？")]
    assert take(flow, asleep, Act.CANCEL)[1] == [Notify(notice=Notice.CANCELLED)]


def test_the_end_of_the_whole_session_has_its_own_text():
    flow = machine(BRANCH, LONG, SHORT, expire_after=30, expire_text="下次再说，{{days}}。")
    place, _asked = take(flow, Place(), Act.START)
    ended, effects = take(flow, replace(place, slots={"days": "9"}), Act.TIME_OUT)
    assert (effects, ended.outcome) == ([Say(text="下次再说，9。")], Outcome.EXPIRED)
    assert take(replace(flow, expire_text=""), place, Act.TIME_OUT)[1] == [Notify(notice=Notice.EXPIRED)]


def test_a_flow_without_what_is_new_is_written_as_before():
    plain = machine(LONG).to_json()
    assert not {"expire_after", "expire_text"} & plain.keys()
    assert not {"formula", "wait"} & {name for node in plain["nodes"] for name in node}
    new = machine(BRANCH, LONG, SHORT, *wait(wait=5).nodes[1:2], expire_after=9)
    assert Machine.from_json(json.loads(json.dumps(new.to_json()))) == new
