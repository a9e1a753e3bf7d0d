"""A flow as it speaks its languages: texts, labels and words; its conditions stay as they are."""

from dataclasses import replace
from datetime import date

import pytest

from conversations.machine.edges import Edge, Guard, Operator
from conversations.machine.effects import Ask, Effect, MakeVideo, Say
from conversations.machine.nodes.node import Node
from conversations.machine.places import Act, Place
from conversations.machine.spoken import spoken_in
from conversations.machine.step import step
from conversations.machine.values import Machine
from conversations.machine.words import FlowWords, NodeWords
from core.text.slot_values import parse_choices
from tests.conversations.support.machines import video_machine

WORDS = {
    "ask_text": NodeWords(language="en", text="Please send the text.", retry_text="Too long."),
    "ask_quality": NodeWords(
        language="en", text="How should “{{text}}” look?", choices=parse_choices("lipsync = Basic, simple")
    ),
    "plain": NodeWords(language="en", text="{{quality.label}} is fast."),
}


def _in_two_languages(node: Node) -> Node:
    words = WORDS.get(node.key)
    formula = Guard(slot="", operator=Operator.FORMULA, value='quality.label != "基础"')
    edges = (Edge(to="video", guard=formula), Edge(to="plain")) if node.key == "ask_quality" else node.edges
    return replace(node, edges=edges, translations=(words,) if words else ())


def machine() -> Machine:
    nodes = tuple(map(_in_two_languages, video_machine().nodes))
    words = FlowWords(language="en", name="Create a video", expire_text="Time is over.")
    return video_machine(nodes=nodes, translations=(words,), expire_text="时间到了。")


def talk(language: str, *said: str) -> list[list[Effect]]:
    """What is said in this language, from the start on."""
    spoken, place, heard = spoken_in(machine(), language), Place(), []
    for act, text in [(Act.START, ""), *((Act.SAY, text) for text in said)]:
        result = step(spoken, place, act, text, today=date(2026, 11, 25))
        place = result.place
        heard.append(list(result.effects))
    return heard


def test_texts_and_labels_are_those_of_the_language():
    first, second, _third = talk("en", "Hello", "Basic")
    assert first == [Ask(text="Please send the text.")]
    (asked,) = second
    assert isinstance(asked, Ask)
    assert asked.text == "How should “Hello” look?"
    assert [choice.label for choice in asked.choices] == ["Basic", "增强", "高清"]


@pytest.mark.parametrize("said", ["Basic", "simple", "基础", "1"])
@pytest.mark.parametrize("language", ["en", "zh-hans", "fr"])
def test_an_answer_fits_in_either_language(language, said):
    label = "Basic is fast." if language == "en" else "基础很快。"
    assert talk(language, "你好", said)[-1][0] == Say(text=label)


def test_a_condition_on_a_label_is_met_in_every_language():
    assert talk("en", "Hello", "3")[-1][0] == MakeVideo(text="Hello", mode="enhanced_talking_head")


def test_what_has_no_translation_is_said_in_the_flows_own_language():
    assert talk("en", "Hello", "3")[-1][-1] == Say(text="好了。")
    assert talk("en", "long" * 20)[-1] == [Say(text="Too long.")]


def test_the_flow_has_a_name_and_an_end_in_the_language():
    spoken = spoken_in(machine(), "en")
    assert (spoken.name, spoken.language, spoken.expire_text) == ("Create a video", "en", "Time is over.")
    assert spoken_in(machine(), "fr").language == "zh-hans"


def test_a_definition_keeps_its_translations():
    assert Machine.from_json(machine().to_json()) == machine()
    assert "translations" not in video_machine().to_json()
    assert all("translations" not in node for node in video_machine().to_json()["nodes"])
