"""No order of inputs, time-outs, calls and hand-offs leaves a flow without a way out, or loses an answer silently."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.machine.calls import Call, Returned, Way
from conversations.machine.edges import Edge, Guard, On, Operator
from conversations.machine.effects import Ask, CallService, HandOff, Sleep
from conversations.machine.formulas.values import Context
from conversations.machine.kinds.ask import AskNode
from conversations.machine.kinds.branch import BranchNode
from conversations.machine.kinds.call import CallNode
from conversations.machine.kinds.end import EndNode
from conversations.machine.kinds.handoff import HandoffNode
from conversations.machine.kinds.set import SetNode
from conversations.machine.kinds.wait import WaitNode
from conversations.machine.places import Act, Place
from conversations.machine.step import step
from conversations.machine.values import Machine
from core.text.slot_values import Slot, SlotType

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
LAST = {AskNode: Ask, HandoffNode: HandOff, WaitNode: Sleep, CallNode: CallService}
GOES_BACK = (Act.BACK, Act.RESTART, Act.START)


def leave() -> Machine:
    """Asks, computes, decides, calls, waits, passes on, and asks again."""
    is_long = Guard(slot="", operator=Operator.FORMULA, value="total > 6")
    days = Slot(name="days", type=SlotType.NUMBER, retries=1)
    call = Call(url="https://oa.example.com/", results=(("number", "id"),))
    right = Slot(name="right")
    total = Slot(name="total")
    nodes = (
        AskNode(
            **named("days"),
            slot=days,
            edges=(Edge(to="total"), Edge(to="person", on=On.RETRIES)),
        ),
        SetNode(**named("total"), slot=total, formula="days * 2", edges=(Edge(to="long"),)),
        BranchNode(**named("long"), edges=(Edge(to="person", guard=is_long), Edge(to="call"))),
        CallNode(**named("call"), call=call, edges=(Edge(to="wait"), Edge(to="person", on=On.FAILED))),
        HandoffNode(**named("person"), edges=(Edge(to="wait"),)),
        WaitNode(**named("wait"), wait=60, edges=(Edge(to="right"),)),
        AskNode(**named("right"), slot=right, edges=(Edge(to="bye"),)),
        EndNode(**named("bye")),
    )
    return Machine(name="请假", language="zh-hans", start="days", nodes=nodes, expire_after=600)


def named(key: str) -> dict[str, Any]:
    return {"key": key, "name": key, "text": f"{key}？"}


MACHINE = leave()
TEXTS = ["", "1", "9", "是", Returned(kept={"number": "7"}).to_text(), Returned(way=Way.FAILED).to_text()]
ACTS = st.lists(st.tuples(st.sampled_from(Act), st.sampled_from(TEXTS)), max_size=20)


def take(place: Place, act: Act, text: str, at: int) -> tuple[Place, tuple[object, ...]]:
    now = NOW + timedelta(hours=at)
    result = step(MACHINE, place, act, text, today=now.date(), now=now, context=Context(now=now))
    return result.place, result.effects


def walked(acts: list[tuple[Act, str]]) -> Place:
    """The place after these acts, each of them checked."""
    place, _effects = take(Place(), Act.START, "", 0)
    for number, (act, text) in enumerate(acts):
        if place.outcome is not None:
            return place
        before = place
        place, effects = take(place, act, text, number)
        assert act in GOES_BACK or before.slots.keys() <= place.slots.keys()
        kept = {name for name, value in before.slots.items() if place.slots.get(name) == value}
        assert act in (*GOES_BACK, Act.SAY, Act.CHOOSE, Act.RETURN) or kept == before.slots.keys()
        node = MACHINE.node(place.at)
        assert node is not None
        if place.outcome is None:
            assert node.rests
            assert (place.wakes_at is not None) == isinstance(node, WaitNode)
            # Nothing is said after what hands over: to a person, a service, or the time.
            assert not any(isinstance(one, (HandOff, CallService, Sleep)) for one in effects[:-1])
            assert before.at == place.at or isinstance(effects[-1], LAST[type(node)])
    return place


@settings(max_examples=60)
@given(ACTS)
def test_any_order_rests_where_something_is_awaited_and_keeps_answers(acts):
    walked(acts)


@settings(max_examples=40)
@given(ACTS)
def test_from_everywhere_a_member_can_leave_and_time_alone_ends_it(acts):
    place = walked(acts)
    if place.outcome is not None:
        return
    assert take(place, Act.CANCEL, "", 99)[0].outcome is not None
    for number in range(len(MACHINE.nodes)):
        node = MACHINE.node(place.at)
        assert node is not None
        on_time = {AskNode: Act.EXPIRE, WaitNode: Act.WAKE, CallNode: Act.EXPIRE}
        place, _effects = take(place, on_time.get(type(node), Act.RESUME), "", 100 + number)
        if place.outcome is not None:
            break
    assert place.outcome is not None


@settings(max_examples=40)
@given(ACTS)
def test_a_place_that_was_stored_between_turns_goes_on_the_same(acts):
    place, _effects = take(Place(), Act.START, "", 0)
    stored = place
    for number, (act, text) in enumerate(acts):
        place, effects = take(place, act, text, number)
        again = Place(
            at=stored.at,
            slots=json.loads(json.dumps(dict(stored.slots))),
            path=tuple(json.loads(json.dumps(list(stored.path)))),
            tries=stored.tries,
            reminded=stored.reminded,
            outcome=stored.outcome,
        )
        stored, same = take(again, act, text, number)
        assert same == effects
        assert (stored.at, stored.slots, stored.outcome) == (place.at, place.slots, place.outcome)
