"""Problems of facts of members in texts."""

from typing import Any

import pytest
from django.utils import translation

from conversations.flows import lint
from conversations.flows.rules.facts import problems
from conversations.machine.calls import Call
from conversations.machine.kinds.call import CallNode
from conversations.machine.kinds.end import EndNode
from conversations.machine.kinds.say import SayNode
from conversations.machine.nodes.node import Node
from tests.conversations.support.machines import video_machine


def found(text: str = "", kind: type[Node] = SayNode, **fields: Any) -> list[tuple[str, str, bool]]:
    node = kind(key="hi", name="问候", text=text, **fields)
    with translation.override("en"):
        every = list(problems(video_machine(nodes=(node,)), ["size"]))
    return [(one.code, one.words, one.is_error) for one in every]


@pytest.mark.parametrize(
    "text", ["{{member.name|同事}}", "{{member.user_id}}", "{{member.facts.size|L}}", "{{quality}}", "member.town"]
)
def test_a_sound_text_has_no_problem(text):
    assert found(text) == []


def test_an_unknown_fact_is_an_error_with_a_better_one():
    ((code, words, is_error),) = found("{{member.citi|上海}}")
    assert (code, is_error) == ("unknown_fact", True)
    assert words == "No member has “member.citi”. Did you mean “member.city”?"


def test_a_fact_that_may_be_empty_wants_a_default():
    ((code, words, is_error),) = found(title="{{member.city}}", text="好")
    assert (code, is_error) == ("fact_may_be_empty", False)
    assert words.endswith("{{member.city|…}}.")


def test_a_call_may_send_what_is_empty_but_nothing_unknown():
    call = Call(url="https://oa.example.com/{{member.city}}", body='"{{member.facts.shoe}}"')
    assert [one[0] for one in found(kind=CallNode, call=call)] == ["unknown_fact"]


def test_a_fact_is_no_answer_that_a_step_must_keep():
    node = EndNode(key="hi", name="问候", text="{{member.city|上海}} {{town}}")
    shown = [one for one in lint.lint(video_machine(start="hi", nodes=(node,))) if one.code == "unknown_slot"]
    assert len(shown) == 1
    assert "town" in shown[0].words
