"""Words that start a flow: a short one alone, a longer one within a sentence too, and the longest wins."""

import pytest

from conversations import services
from conversations.models import Flow, Session
from tests.support import factories

pytestmark = pytest.mark.django_db


def live(triggers: str, **fields: object) -> Flow:
    flow = factories.make_flow(triggers=triggers, **fields)
    services.publish(flow)
    return flow


def started() -> list[Flow]:
    return [session.version.flow for session in Session.objects.select_related("version__flow")]


@pytest.mark.parametrize(
    ("trigger", "text", "starts"),
    [
        ("饭", "饭", True),
        ("饭", "今天的饭在哪里吃", False),
        ("点餐", "我想点餐了", True),
        ("vote", "Vote!", True),
        ("vote", "I do not vote today", False),
        ("lunch", "I want lunch now", True),
    ],
)
def test_a_short_trigger_is_the_whole_message(person, trigger, text, starts):
    flow = live(trigger)
    person.says(text)
    assert started() == ([flow] if starts else [])


@pytest.mark.parametrize("order", [("视频", "制作视频"), ("制作视频", "视频")])
def test_the_longest_trigger_in_a_text_wins(person, order):
    flows = {trigger: live(trigger) for trigger in order}
    person.says("我要制作视频")
    assert started() == [flows["制作视频"]]


@pytest.mark.parametrize("languages", [("zh-hans", "en"), ("en", "zh-hans")])
def test_among_equal_triggers_the_members_language_wins(person, languages):
    flows = {
        language: live(trigger, language=language)
        for language, trigger in zip(languages, ("点餐", "吃饭"), strict=True)
    }
    person.says("我想吃饭点餐")
    assert started() == [flows["zh-hans"]]
