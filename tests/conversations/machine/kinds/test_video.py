"""Who has the words of a video: the step, a template, or a presentation."""

import pytest

from conversations.machine.effects import Notify, Say, Step
from conversations.machine.kinds.video import VideoNode
from conversations.machine.levels import _words
from conversations.machine.notices import Notice
from conversations.machine.places import Place


@pytest.mark.parametrize(
    ("fields", "has_script", "said", "lacks"),
    [
        ({"text": "Hello"}, False, "Hello", False),
        ({"text": ""}, False, "", True),
        ({"text": " "}, False, " ", True),
        ({"text": "Hello", "template": 3}, True, "", False),
        ({"text": "", "template": 3}, True, "", False),
        ({"text": "", "presentation": 4}, True, "", False),
    ],
)
def test_a_template_or_a_presentation_replaces_the_text(fields, has_script, said, lacks):
    node = VideoNode(key="v", name="V", mode="{{mode}}", values=(("name", "{{nick}}"),), **fields)
    assert (node.has_script, node.said_text, node.lacks_text) == (has_script, said, lacks)
    assert node.shown_texts == (said, "{{nick}}")
    assert node.filled_texts == (said, "{{nick}}", "{{mode}}")
    assert (node.video.template, node.video.presentation) == (fields.get("template"), fields.get("presentation"))


SAID, OVER, HELP = Say(text="Hello"), Notify(notice=Notice.DONE), Notify(notice=Notice.HELP)


@pytest.mark.parametrize(
    ("effects", "left"),
    [((), ()), ((SAID, OVER), (SAID,)), ((OVER, SAID), (OVER, SAID)), ((SAID, HELP), (SAID, HELP)), ((OVER,), ())],
)
def test_only_a_last_notice_that_the_flow_is_over_is_left_out(effects, left):
    assert _words(Step(place=Place(), effects=effects)) == left
