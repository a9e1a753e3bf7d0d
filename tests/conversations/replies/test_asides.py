"""Questions inside a flow."""

import pytest

from conversations import services
from conversations.models import Session
from tests.support import factories

pytestmark = pytest.mark.django_db
CARD = "“欢迎加入！”要多清晰？ | 1. 基础 | 2. 增强 | 3. 高清"
LEAVE = "在审批里请假。"


@pytest.fixture
def asked(person):
    """The person has the card with the choices before them."""
    flow = factories.make_flow(name="制作视频", command="/制作")
    services.publish(flow)
    factories.make_answer("怎么请假", LEAVE)
    person.says("制作视频")
    person.says("欢迎加入！")
    return person


def test_a_question_is_answered_and_the_step_asked_again_without_a_miss(asked):
    for _ in range(4):
        assert asked.says("怎么请假？") == [LEAVE, CARD]
    assert Session.objects.get().tries == 0
    assert asked.says("2")[-1] == "做好就发给你。"


@pytest.mark.parametrize("text", ["转人工", "你能做什么？", "你是谁", "谢谢"])
def test_small_talk_and_help_leave_the_step_open(asked, text):
    answer, again = asked.says(text)
    assert answer
    assert again == CARD
    assert Session.objects.get().tries == 0


@pytest.mark.parametrize("text", ["最好的", "好的", "嗯"])
def test_what_is_no_question_counts_as_a_miss(asked, text):
    assert asked.says(text)[-1] == CARD
    assert Session.objects.get().tries == 1


@pytest.mark.parametrize("text", ["大家知道怎么请假吗", "周末加班的同事可以请假还是调休？"])
def test_an_open_question_takes_any_text_but_a_clear_question(person, text):
    flow = factories.make_flow(name="制作视频", command="/制作")
    services.publish(flow)
    factories.make_answer("怎么请假", LEAVE)
    person.says("制作视频")
    assert person.says("怎么请假？") == [LEAVE, "请发送视频文本。"]
    assert person.says(text) == [CARD.replace("欢迎加入！", text)]
