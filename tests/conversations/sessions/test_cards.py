"""Question cards: open while the question is, greyed once, harmless afterwards."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from conversations import services
from conversations.flows.publication import check
from conversations.models import Desk, Flow, Message, Session, State, Transition
from conversations.wording import flow_texts
from tests.conversations.support.person import Person
from tests.support import factories
from tests.support.factories.conversations import change_steps
from wecom.callbacks import processor
from wecom.models import CardUpdate, Outbound

pytestmark = pytest.mark.django_db
CARD = "“欢迎加入！”要多清晰？ | 1. 基础 | 2. 增强 | 3. 高清"
CLOSED = "已结束"


@pytest.fixture
def flow(application) -> Flow:
    flow = factories.make_flow(name="制作视频", command="/制作")
    services.publish(flow)
    flow.refresh_from_db()
    return flow


def sent_card(person: Person, code: str = "of-the-card") -> str:
    """The person has a card before them; its task ID."""
    person.says("制作视频")
    assert person.says("欢迎加入！") == [CARD]
    card = Outbound.objects.filter(msgtype="template_card").latest("pk")
    Outbound.objects.filter(pk=card.pk).update(response_code=code)
    return str(card.content["task_id"])


def shown() -> list[str]:
    return list(CardUpdate.objects.order_by("pk").values_list("text", flat=True))


def in_chinese(words) -> str:
    with translation.override("zh-hans"):
        return str(words())


@pytest.mark.parametrize("answer", ["2", "增强"])
def test_a_written_answer_greys_the_card_with_the_choice_once(person, flow, answer):
    task_id = sent_card(person)
    person.says(answer)
    update = CardUpdate.objects.get()
    assert (update.response_code, update.text, update.user_id) == ("of-the-card", "已选：增强", "zhangsan")
    assert person.taps("lipsync", task_id) == [in_chinese(flow_texts.question_is_over)]
    assert Message.objects.waiting().get().render.mode == "enhanced_lipsync"


@pytest.mark.parametrize("words", ["取消", "返回", "重来", "帮助", "都行"])
def test_a_card_whose_question_is_over_or_asked_anew_is_greyed(person, flow, words):
    sent_card(person)
    person.says(words)
    assert shown() == [CLOSED]


def test_a_card_is_greyed_after_a_timeout_or_another_flow(person, flow):
    sent_card(person)
    services.remind_and_expire(now=timezone.now() + timedelta(hours=2))
    assert shown() == [CLOSED]
    sent_card(person, "of-another-card")
    person.says("/制作")
    assert shown() == [CLOSED, CLOSED]


def test_a_reminder_leaves_the_card_open(person, flow):
    change_steps(State.objects.filter(key="ask_quality"), remind_after=5)
    services.publish(flow)
    sent_card(person)
    assert services.remind_and_expire(now=timezone.now() + timedelta(minutes=6)) == 1
    assert shown() == []
    assert person.taps("lipsync")[-1] == "做好就发给你。"


def test_a_card_that_nobody_knows_to_have_arrived_is_left(person, flow):
    sent_card(person, code="")
    person.says("2")
    assert shown() == []


def test_a_tap_that_brings_no_code_greys_its_card_all_the_same(person, flow):
    sent_card(person)
    xml = person._tap("lipsync")
    start, end = xml.index("<ResponseCode>"), xml.index("</ResponseCode>")
    person._deliver(xml[: start + len("<ResponseCode>")] + xml[end:])
    update = CardUpdate.objects.get()
    assert (update.response_code, update.text) == ("of-the-card", "已选：基础")


def test_a_button_that_the_card_does_not_have_chooses_nothing(person, flow):
    sent_card(person)
    assert person.taps("ultra")[-1] == CARD
    assert shown() == [CLOSED]


def test_a_late_tap_is_answered_once(person, flow):
    task_id = sent_card(person)
    Session.objects.update(asked_at=timezone.now() - timedelta(hours=2))
    (ended,) = person.taps("lipsync", task_id)
    assert "已结束" in ended
    assert person.taps("lipsync", task_id) == [in_chinese(flow_texts.question_waits)]
    assert person.says("继续") == [CARD]


def test_the_card_of_another_flow_that_ran_before_is_just_closed(person, flow):
    task_id = sent_card(person)
    person.says("取消")
    person.says("制作视频")
    services.remind_and_expire(now=timezone.now() + timedelta(hours=2))
    person.read()
    assert person.taps("lipsync", task_id) == [in_chinese(flow_texts.question_is_over)]


def test_taps_that_come_before_the_first_is_answered_are_passed_over(person, flow):
    sent_card(person)
    taps = [person.presses(key) for key in ("lipsync", "lipsync", "enhanced_lipsync")]
    for callback in taps:
        processor.handle(callback.pk)
    assert shown() == ["已选：基础"]
    assert person.read()[-1] == "做好就发给你。"
    assert Message.objects.waiting().get().render.mode == "lipsync"


def test_a_card_of_a_session_that_an_operator_stops_is_greyed(person, flow):
    sent_card(person)
    assert services.stop_session(Session.objects.get())
    assert shown() == [CLOSED]


def test_somebody_elses_card_answers_nothing(person, flow):
    task_id = sent_card(person)
    other = Person(person.application, "lisi")
    assert other.taps("lipsync", task_id) == [in_chinese(flow_texts.question_is_over)]
    assert Session.objects.get().state == "ask_quality"


def test_an_earlier_card_of_the_same_question_chooses_nothing(person, flow):
    task_id = sent_card(person)
    person.says("返回")
    assert person.says("欢迎加入！") == [CARD]
    assert person.taps("lipsync", task_id) == []
    assert Session.objects.get().state == "ask_quality"
    assert person.taps("lipsync")[-1] == "做好就发给你。"


def test_a_card_outlives_the_publication_of_a_newer_version(person, flow):
    sent_card(person)
    change_steps(State.objects.filter(flow=flow, key="ask_quality"), choices="enhanced_lipsync = 慢\nlipsync = 快")
    services.publish(flow)
    assert person.taps("enhanced_talking_head")[-1] == "做好就发给你。"


def test_a_tap_stands_in_the_history_before_its_answer(person, flow):
    sent_card(person)
    person.taps("lipsync")
    texts = list(Message.objects.order_by("-created_at", "-pk").values_list("direction", "content__text")[:4])
    assert texts[-1] == ("in", "已选：基础")
    assert {direction for direction, _ in texts[:-1]} == {"out"}


@pytest.mark.parametrize(("label", "is_card"), [("八个汉字正好放下", True), ("九个汉字就放不下了", False)])
def test_what_the_check_says_of_buttons_is_what_people_see(person, flow, label, is_card):
    change_steps(State.objects.filter(key="ask_quality"), choices=f"lipsync = {label}\nenhanced_lipsync = 增强")
    assert ("button_too_long" in {problem.code for problem in check(flow)}) != is_card
    services.publish(flow)
    person.says("制作视频")
    person.says("欢迎加入！")
    assert (Outbound.objects.latest("pk").msgtype == "template_card") == is_card


def test_a_long_question_keeps_its_buttons_or_becomes_a_list(person, flow):
    State.objects.filter(key="ask_quality").update(text="长" * 100)
    services.publish(flow)
    person.says("制作视频")
    person.says("欢迎加入！")
    content = Outbound.objects.latest("pk").content
    assert content["sub_title_text"] == "长" * 100
    State.objects.filter(key="ask_quality").update(text="长" * 161)
    services.publish(flow)
    person.says("重来")
    person.says("/制作")
    assert person.says("欢迎加入！") == ["长" * 161 + "\n1. 基础\n2. 增强\n3. 高清"]


def test_more_than_six_choices_are_boxes_of_which_one_is_sent(person, flow):
    names = "\n".join(f"q{number} = 选项{number}" for number in range(1, 21))
    change_steps(State.objects.filter(key="ask_quality"), choices=names)
    Transition.objects.filter(state__key="ask_quality", when="next").delete()
    change_steps(State.objects.filter(key="video"), mode="")
    services.publish(flow)
    person.says("制作视频")
    person.says("欢迎加入！")
    card = Outbound.objects.filter(msgtype="template_card").latest("pk").content
    assert (card["card_type"], len(card["checkbox"]["option_list"])) == ("vote_interaction", 20)
    person.taps(card["submit_button"]["key"], card["task_id"], choices={card["checkbox"]["question_key"]: ["q17"]})
    assert Session.objects.latest("pk").slots["quality"] == "q17"
    assert CardUpdate.objects.latest("pk").text == "已选：选项17"


def test_a_desk_without_cards_asks_by_a_numbered_list(person, flow, application):
    Desk.objects.update_or_create(application=application, defaults={"progress_cards": False})
    person.says("制作视频")
    assert person.says("欢迎加入！") == ["“欢迎加入！”要多清晰？\n1. 基础\n2. 增强\n3. 高清"]
