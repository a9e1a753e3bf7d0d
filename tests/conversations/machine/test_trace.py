"""Why a step did what it did: states that were entered, transitions that were looked at."""

from datetime import date

from conversations.machine.effects import Step
from conversations.machine.step import step
from conversations.machine.trace import Checked, Entered, checks_before, state_of
from conversations.machine.values import Act, Place
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
