"""Sessions: a member's run through a flow, from callback to outbox."""

import pytest
from django.db import transaction
from django.utils import timezone, translation

from conversations import services
from conversations.exceptions import FlowError, SessionMoved
from conversations.machine.places import Act
from conversations.models import Conversation, Flow, FlowVersion, Message, Session, State
from conversations.sessions.runner import advance, start
from conversations.wording import flow_texts
from tests.conversations.support.person import Person
from tests.conversations.support.video_flows import CARD, session_of
from tests.support import factories
from tests.support.factories.conversations import change_steps
from wecom.models import CardUpdate

pytestmark = pytest.mark.django_db


def conversation_of(person) -> Conversation:
    return Conversation.objects.get(member__user_id=person.user_id)


def test_a_trigger_begins_the_flow_and_numbers_answer_it(person, flow):
    assert person.says("我想制作视频") == ["请发送视频文本。"]
    assert person.says("欢迎加入！") == [CARD]
    first, second = person.says("2")
    assert first == "欢迎加入！ | 查看进度 | 先看文字 | 取消"
    assert second == "做好就发给你。"
    waiting = Message.objects.waiting().get()
    assert (waiting.render.text, waiting.render.mode) == ("欢迎加入！", "enhanced_lipsync")
    assert session_of(person).status == Session.Status.COMPLETED
    assert session_of(person).slots == {"text": "欢迎加入！", "quality": "enhanced_lipsync"}


@pytest.mark.parametrize("answer", ["3", "高清", "enhanced_talking_head", "３。"])
def test_a_number_a_label_and_a_value_mean_the_same(person, flow, answer):
    person.says("制作视频")
    person.says("欢迎加入！")
    person.says(answer)
    assert Message.objects.waiting().get().render.mode == "enhanced_talking_head"


def test_a_tap_answers_once_and_the_card_shows_the_choice(person, flow):
    person.says("制作视频")
    person.says("欢迎加入！")
    task_id = session_of(person).task_id
    assert person.taps("lipsync")[-1] == "做好就发给你。"
    assert CardUpdate.objects.get().text == "已选：基础"
    assert person.taps("enhanced_lipsync", task_id) == ["这个问题已经结束了。发送“帮助”看看我能做什么。"]
    assert Message.objects.waiting().count() == 1
    assert CardUpdate.objects.latest("pk").text == "已结束"


def test_an_old_card_does_not_answer_another_question(person, flow):
    person.says("制作视频")
    person.says("欢迎加入！")
    old = session_of(person).task_id
    person.says("返回")
    assert person.taps("lipsync", old) == []
    assert session_of(person).state == "ask_text"


def test_a_command_and_a_menu_button_begin_it_too(person, flow):
    assert person.says("/制作") == ["请发送视频文本。"]
    assert person.does("click", "MAKE_VIDEO") == ["请发送视频文本。"]
    assert person.does("click", "/status") == ["一切正常，目前没有正在为你制作的视频。"]
    assert person.does("click", "NOTHING") == ["这个按钮还没有设置内容。发送“帮助”看看我能做什么。"]
    statuses = list(Session.objects.order_by("pk").values_list("status", flat=True))
    assert statuses == [Session.Status.INTERRUPTED, Session.Status.ACTIVE]


@pytest.mark.parametrize("command", ["/制作", "/make", "／Make", "/MAKE-IT now"])
def test_a_command_has_other_names(person, flow, command):
    Flow.objects.update(triggers="制作视频\n/Make\n／make-it\n")
    assert person.says(command) == ["请发送视频文本。"]


def test_an_almost_right_other_name_is_suggested_and_no_trigger(person, flow):
    Flow.objects.update(command="", triggers="/onboarding")
    person.says("你好")
    assert person.says("/onbording") == ["没有这个命令。你是想用 /onboarding 吗？"]
    assert "/onboarding – 制作视频" in person.says("/help")[0]


def test_the_words_that_always_work(person, flow):
    person.says("制作视频")
    assert person.says("帮助")[-1] == "请发送视频文本。"
    person.says("欢迎加入！")
    assert person.says("上一步") == ["请发送视频文本。"]
    person.says("欢迎加入！")
    assert person.says("重来") == ["请发送视频文本。"]
    assert person.says("退出") == ["好的，已取消“制作视频”。"]
    assert session_of(person).status == Session.Status.CANCELLED
    assert person.says("取消") == ["你没有正在等待的视频。"]


@pytest.mark.parametrize(
    ("cancel", "back", "restart", "help_"),
    [("取消", "返回", "重来", "帮助"), ("Cancel", "BACK", "restart.", "help"), ("／取消", "/back", "/重来", "？")],
)
def test_the_four_words_work_in_both_languages_and_with_a_slash(person, flow, cancel, back, restart, help_):
    person.says("制作视频")
    person.says("欢迎加入！")
    assert person.says(help_)[-1] == CARD
    assert person.says(back) == ["请发送视频文本。"]
    person.says("欢迎加入！")
    assert person.says(restart) == ["请发送视频文本。"]
    person.says(cancel)
    assert session_of(person).status == Session.Status.CANCELLED


def test_continue_asks_again_unless_it_is_the_answer(person, flow):
    person.says("制作视频")
    assert person.says("继续") == [CARD.replace("欢迎加入！", "继续")]
    assert person.says("continue") == [CARD.replace("欢迎加入！", "继续")]
    assert session_of(person).tries == 0


def test_an_unknown_command_is_an_answer(person, flow):
    person.says("制作视频")
    assert person.says("/usr 是什么")[-1] == CARD.replace("欢迎加入！", "/usr 是什么")
    assert person.says("/statsu") == ["没有这个命令。你是想用 /status 吗？"]
    assert session_of(person).state == "ask_quality"


def test_a_definition_of_another_day_ends_in_plain_words(person, flow):
    person.says("制作视频")
    FlowVersion.objects.update(definition={"format": 99}, published_at=timezone.now())  # else it has been read
    (words,) = person.says("欢迎加入！")
    assert "制作视频" in words
    assert session_of(person).status == Session.Status.FAILED
    with pytest.raises(FlowError):
        start(conversation_of(person), flow, cid="c1")


def test_a_question_of_which_nothing_is_left_is_asked_all_the_same(person, flow):
    State.objects.filter(key="ask_text").update(text="{{quality}}")
    services.publish(flow)
    with translation.override("zh-hans"):
        assert person.says("制作视频") == [flow_texts.please_answer()]


def test_a_command_in_the_middle_leaves_the_question_open(person, flow):
    person.says("制作视频")
    assert person.says("/status") == ["一切正常，目前没有正在为你制作的视频。"]
    assert person.says("欢迎加入！") == [CARD]


def test_questions_are_answered_again_once_the_flow_is_over(person, flow):
    assert person.says("你好") == ["你好！今天想了解什么？"]
    person.says("制作视频")
    assert person.says("你好") == [CARD.replace("欢迎加入！", "你好")]
    person.says("取消")
    assert person.says("你好") == ["你好！今天想了解什么？"]


def test_three_wrong_answers_lead_out(person, flow):
    person.says("制作视频")
    person.says("欢迎加入！")
    again = person.says("最好的")
    assert again[-1] == CARD
    kept = "你填过的内容都保留着。发送“继续”接着做“制作视频”，或发送“重新开始”。"
    assert person.says("都行") == ["请找人事。", kept]


def test_three_misses_lose_nothing(person, flow):
    person.says("制作视频")
    person.says("欢迎加入！")
    for words in ("最好的", "都行"):
        person.says(words)
    assert session_of(person).status == Session.Status.GAVE_UP
    assert person.says("继续") == [CARD]
    assert person.says("2")[-1] == "做好就发给你。"
    assert session_of(person).slots == {"text": "欢迎加入！", "quality": "enhanced_lipsync"}


def test_a_picture_in_the_middle_is_answered_and_the_question_stays(person, flow):
    person.says("制作视频")
    assert len(person.sends("image")) == 1
    assert person.says("欢迎加入！") == [CARD]


@pytest.mark.databases
def test_a_session_stays_with_the_version_it_began_with(person, flow):
    person.says("制作视频")
    change_steps(State.objects.filter(flow=flow, key="ask_quality"), choices="lipsync = 快\nenhanced_lipsync = 慢")
    services.publish(flow)
    assert person.says("欢迎加入！") == [CARD]
    other = Person(person.application, "lisi")
    other.says("制作视频")
    assert other.says("欢迎加入！") == ["“欢迎加入！”要多清晰？ | 1. 快 | 2. 慢"]


def test_a_session_begins_with_data_and_asks_only_for_the_rest(person, flow):
    person.says("你好")
    with pytest.raises(FlowError, match="quality") as caught:
        services.start_flow(conversation_of(person), flow, data={"quality": "ultra"}, cid="c1")
    assert caught.value.field == "data.quality"
    with pytest.raises(FlowError, match="no slot"):
        services.start_flow(conversation_of(person), flow, data={"nothing": "x"}, cid="c1")
    services.start_flow(conversation_of(person), flow, data={"text": "欢迎加入！"}, cid="c1")
    assert person.read() == [CARD]


def test_a_flow_that_is_off_or_unpublished_cannot_begin(person, flow):
    person.says("你好")
    Flow.objects.update(enabled=False)
    flow.refresh_from_db()
    with pytest.raises(FlowError) as caught:
        services.start_flow(conversation_of(person), flow, cid="c1")
    assert caught.value.code == "flow_not_live"
    assert person.says("/制作") == ["没有这个命令。发送 /help 看看我会什么。"]


def test_an_operator_ends_a_session_and_the_member_is_free(person, flow):
    person.says("制作视频")
    assert services.stop_session(session_of(person))
    assert not services.stop_session(session_of(person))
    assert person.says("你好") == ["你好！今天想了解什么？"]


def test_whoever_leaves_the_application_is_asked_and_sent_nothing_more(person, flow):
    person.says("/video 欢迎。")
    person.says("制作视频")
    assert person.does("unsubscribe") == []
    assert session_of(person).status == Session.Status.STOPPED
    assert not Message.objects.waiting().exists()


@pytest.mark.databases
def test_two_workers_never_both_step_the_same_moment(person, flow):
    person.says("制作视频")
    conversation = conversation_of(person)
    mine, theirs = Session.objects.active_in(conversation), Session.objects.active_in(conversation)
    advance(mine, Act.SAY, "欢迎加入！", cid="c1")
    with pytest.raises(SessionMoved), transaction.atomic():
        advance(theirs, Act.SAY, "另一句", cid="c2")
    assert session_of(person).slots == {"text": "欢迎加入！"}


def test_more_choices_than_a_card_holds_become_a_numbered_list(person, application):
    flow = factories.make_flow(triggers="选城市")
    lines = "\n".join(f"city{number} = 城市{number}" for number in range(21))
    change_steps(State.objects.filter(flow=flow, key="ask_quality"), choices=lines)
    change_steps(State.objects.filter(flow=flow, key="video"), mode="")
    services.publish(flow)
    person.says("选城市")
    (question,) = person.says("欢迎加入！")
    assert question.splitlines() == ["“欢迎加入！”要多清晰？", *(f"{n + 1}. 城市{n}" for n in range(21))]
    person.says("21")
    assert session_of(person).slots["quality"] == "city20"


def test_the_help_names_what_flows_there_are(person, flow):
    assert "· /制作 – 制作视频" in person.says("/help")[0]


def test_an_almost_right_command_of_a_flow_is_suggested(person, flow):
    assert person.says("/制做") == ["没有这个命令。你是想用 /制作 吗？"]


@pytest.mark.databases
def test_a_session_survives_in_rows_alone(person, flow):
    """Nothing is kept in memory: each answer is read from the database."""
    session = start(services.conversation_with("zhangsan", application=person.application), flow, data=None, cid="c1")
    person.read()
    fresh = Session.objects.select_related("version__flow", "conversation").get(pk=session.pk)
    advance(fresh, Act.SAY, "欢迎加入！", cid="c2")
    assert person.read() == [CARD]
