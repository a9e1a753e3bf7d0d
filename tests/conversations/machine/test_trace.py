"""Why a step did what it did: states that were entered, transitions that were looked at."""

from dataclasses import replace
from datetime import date

from conversations.machine.edges import Edge, Guard, Operator
from conversations.machine.effects import Step
from conversations.machine.formulas.values import Context
from conversations.machine.places import Act, Place
from conversations.machine.step import step
from conversations.machine.trace import Checked, Entered, checks_before, state_of
from tests.conversations.support.machines import video_machine

TODAY = date(2026, 11, 25)


def taken(*answers: str) -> Step:
    """The last step of a conversation with these answers."""
    result = step(video_machine(), Place(), Act.START, today=TODAY)
    for answer in answers:
        result = step(video_machine(), result.place, Act.SAY, answer, today=TODAY)
    return result


def test_an_answer_names_the_conditions_that_were_looked_at():
    result = taken("欢迎", "基础")
    asked = [one for one in result.trace if isinstance(one, Checked) and one.state == "ask_quality"]
    assert asked == [
        Checked(state="ask_quality", edge=0, to="video", holds=False, have="lipsync"),
        Checked(state="ask_quality", edge=1, to="plain", holds=True),
    ]


def test_each_effect_has_the_state_that_caused_it():
    result = taken("欢迎", "基础")
    assert [state_of(result.trace, number) for number in range(len(result.effects))] == ["plain", "video", "bye"]


def test_what_follows_an_effect_is_no_reason_for_it():
    result = taken("欢迎", "基础")
    first = checks_before(result.trace, 0)
    assert [one.to for one in first] == ["video", "plain"]
    assert [one.to for one in checks_before(result.trace, 2)] == ["video", "plain", "video", "bye"]


def test_a_wrong_answer_stays_in_its_state():
    result = taken("欢迎", "别的")
    assert result.trace[0] == Entered(state="ask_quality")
    assert state_of(result.trace, len(result.effects) - 1) == "ask_quality"


def test_a_formula_tells_the_values_of_its_names():
    machine = video_machine()
    ask = machine.node("ask_quality")
    guard = Guard(slot="", operator=Operator.FORMULA, value='quality = "lipsync" and member.city = "上海"')
    nodes = tuple(
        replace(ask, edges=(Edge(to="plain", guard=guard), *ask.edges)) if node.key == "ask_quality" else node
        for node in machine.nodes
    )
    machine, context = replace(machine, nodes=nodes), Context(member={"city": "上海"})
    place = Place(at="ask_quality", slots={"text": "欢迎"})
    result = step(machine, place, Act.SAY, "基础", today=TODAY, context=context)
    first = next(one for one in result.trace if isinstance(one, Checked))
    assert (first.holds, first.have) == (True, "quality = lipsync, member.city = 上海")
