"""What starts a flow: words, patterns, events and buttons; the longest words win, and conflicts are shown."""

import pytest

from conversations import services
from conversations.flows import publication
from conversations.models import Flow, Session
from tests.support import factories
from wecom.contents import Button, ButtonCard
from wecom.models import CardUpdate

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


@pytest.mark.parametrize(
    ("pattern", "text", "starts"),
    [
        ("我要*请假*", "我要从下周一起请假三天", True),
        ("我要*请假*", "我要请假", True),
        ("我要*请假*", "他说我要请假", False),
        ("我要*请假", "我要请假三天", False),
        ("*reset*password*", "Please reset my Password!", True),
        ("*reset*password*", "my password, please reset", False),
        ("ab*ba", "aba", False),
    ],
)
def test_a_pattern_names_pieces_of_a_message_in_their_order(person, pattern, text, starts):
    flow = live(pattern)
    person.says(text)
    assert started() == ([flow] if starts else [])


@pytest.mark.parametrize(
    "triggers", [("我要请假", "我要*"), ("我要*", "我要请假"), ("*请假", "请假"), ("请假", "*请假")]
)
def test_longer_words_win_over_a_pattern_and_equal_ones_too(person, triggers):
    flows = {trigger: live(trigger) for trigger in triggers}
    person.says("我要请假")
    assert started() == [flows["我要请假" if "我要请假" in triggers else "请假"]]


def test_an_opened_application_starts_its_flow_instead_of_the_greeting(person):
    flow = live("欢迎词", event="enter_agent")
    assert person.does("enter_agent") == ["请发送视频文本。"]
    assert started() == [flow]
    assert person.does("enter_agent") == []  # not again within hours
    assert person.does("subscribe") == []


def test_an_event_never_cuts_into_an_open_question(person):
    live("制作视频")
    person.says("制作视频")
    live("欢迎词", event="enter_agent")
    assert person.does("enter_agent") == []
    assert len(started()) == 1


def test_a_tap_on_a_button_of_any_card_starts_its_flow(person, application):
    flow = live("领工卡", card_key="badge")
    card = ButtonCard(title="入职第一天", buttons=(Button(key="badge", text="领工卡"),), task_id="welcome-1")
    services.say_content(services.conversation_with("zhangsan"), card, cid="c")
    assert person.taps("badge", "welcome-1")[-1] == "请发送视频文本。"
    assert started() == [flow]
    assert CardUpdate.objects.get().text == "已选：领工卡"


def test_the_button_of_a_question_starts_no_flow(person):
    live("制作视频")
    live("别的", card_key="lipsync")
    person.says("制作视频")
    person.says("欢迎加入！")
    person.taps("lipsync")
    assert len(started()) == 1


def codes(flow: Flow) -> list[tuple[str, bool]]:
    return [(problem.code, problem.is_error) for problem in publication.check(flow)]


@pytest.mark.parametrize(
    ("other", "own", "code", "is_error"),
    [
        ({"triggers": "ＭＡＫＥ video!"}, {"triggers": "make video"}, "trigger_taken", True),
        ({"triggers": "", "command": "/make"}, {"triggers": "别的\n/make"}, "trigger_taken", True),
        ({"triggers": "请假三天"}, {"triggers": "请假*"}, "pattern_covers", False),
        ({"triggers": "请假*"}, {"triggers": "请假三天"}, "pattern_covers", False),
        ({"triggers": "请假*天"}, {"triggers": "*请假*"}, "pattern_covers", False),
        ({"triggers": "a", "event": "subscribe"}, {"triggers": "b", "event": "subscribe"}, "event_taken", False),
    ],
)
def test_what_two_flows_start_with_is_shown_with_the_other(other, own, code, is_error):
    first, flow = factories.make_flow(**other), factories.make_flow(**own)
    assert codes(flow) == [(code, is_error)]
    assert publication.check(flow)[0].about == first


@pytest.mark.parametrize(
    ("triggers", "found"),
    [
        ("转人工", ("trigger_is_talk", True)),
        ("怎么请假", ("trigger_is_question", False)),
        ("*请*", ("pattern_too_wide", True)),
        ("*leave*", None),
        ("*请假*", None),
    ],
)
def test_what_means_something_before_or_besides_is_shown(application, triggers, found):
    factories.make_answer(question="怎么请假？")
    assert codes(factories.make_flow(triggers=triggers)) == ([found] if found else [])
