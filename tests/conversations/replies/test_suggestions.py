"""What follows a question without an answer: taps, numbers, people; never twice the same dead end."""

import pytest
from django.utils import translation

from conversations.models import Answer, Desk
from conversations.replies import suggestions
from conversations.wording import chat_texts
from tests.support import factories
from wecom.models import CardUpdate

pytestmark = pytest.mark.django_db
QUESTIONS = ("工资什么时候发放到账户", "工资卡怎么更换银行", "工资单在哪儿下载保存")


@pytest.fixture
def table(person):
    for question in QUESTIONS:
        factories.make_answer(question, f"答：{question}。")
    return person


def test_the_nearest_questions_come_as_taps(table):
    (card,) = table.says("工资")
    assert card.startswith("你是想问：")
    assert card.count("|") == 3


def test_a_tap_gets_the_answer_and_greys_the_card(table):
    table.says("工资")
    key = table._outbounds().last().content["button_list"][1]["key"]
    question = Answer.objects.get(pk=key.removeprefix(suggestions.KEY)).question
    assert table.taps(key) == [f"答：{question}。"]
    assert CardUpdate.objects.get().text == f"已选：{question}"


def test_short_questions_stand_on_the_buttons(person):
    for question in ("食堂菜单", "食堂时间"):
        factories.make_answer(question, f"答：{question}。")
    (card,) = person.says("食堂")
    assert set(card.split(" | ")[1:]) == {"1. 食堂菜单", "2. 食堂时间"}


def test_without_cards_a_number_is_the_tap(table):
    Desk.objects.update(progress_cards=False)
    (listed,) = table.says("工资")
    first, second, *_ = listed.splitlines()[1:]
    assert first.startswith("1. ")
    assert table.says("第二个") == [f"答：{second.removeprefix('2. ')}。"]
    assert "比如" in table.says("2")[0]


def test_a_question_that_was_deleted_is_closed(table):
    table.says("工资")
    assert table.taps("answer:999999") == ["这个问题已经结束了。发送“帮助”看看我能做什么。"]


def test_a_second_miss_says_how_to_reach_a_person(person, application):
    Desk.objects.update(contact="人事 8001")
    factories.make_answer("怎么请假", "在审批里请假。")
    first, second = person.says("量子力学是啥")[0], person.says("讲个故事听听")[0]
    with translation.override("zh-hans"):
        assert first.startswith(chat_texts.not_understood())
        assert chat_texts.not_understood() not in second
    assert "· 怎么请假" in first
    assert "人事 8001" in second
    person.says("请假")
    assert person.says("量子力学是啥")[0] == first


@pytest.mark.parametrize("text", ["转人工", "轉人工", "/人工", "我要找人", "Can I talk to a human?", "/human"])
def test_who_wants_a_person_is_told_how(person, text):
    Desk.objects.update(contact="人事 8001")
    assert "人事 8001" in person.says(text)[0]


@pytest.mark.parametrize("text", ["你能做什么", "What can you do?", "你会什么呀"])
def test_who_asks_what_it_can_do_gets_the_help(person, text):
    assert "/video" in person.says(text)[0]


def test_the_table_comes_before_small_talk(person):
    factories.make_answer("谢谢", "不用谢！")
    assert person.says("谢谢") == ["不用谢！"]


def test_who_asks_again_without_an_answer_is_told_of_people(table):
    Desk.objects.update(contact="人事 8001")
    assert len(table.says("工资")) == 1
    card, people = table.says("工资")
    assert card.startswith("你是想问：")
    assert "人事 8001" in people


@pytest.mark.parametrize(("number", "is_answered"), [("0", False), ("1", True), ("3", True), ("4", False)])
def test_only_a_number_of_the_list_is_a_tap(table, number, is_answered):
    Desk.objects.update(progress_cards=False)
    table.says("工资")
    assert table.says(number)[0].startswith("答：") is is_answered


@pytest.mark.parametrize("asked", ["nianjia", "年家"])
def test_pinyin_and_homophones_suggest_what_sounds_alike(person, asked):
    factories.make_answer("年假有几天", "五天起。")
    factories.make_answer("食堂几点开门", "十一点。")
    (card,) = person.says(asked)
    assert card.startswith("你是想问：")
    assert "年假有几天" in card
    assert "食堂" not in card


@pytest.mark.parametrize(
    "text", ["有給休暇は何日ありますか", "휴가가 며칠 남았나요", "Сколько дней отпуска", "เงินเดือนออกวันไหน"]
)
def test_another_script_is_told_which_languages_are_spoken(person, text):
    assert "中文和英文" in person.says(text)[0]


@pytest.mark.parametrize("text", ["量子力学是啥", "Ω是什么符号啊", "what is quantum mechanics"])
def test_chinese_and_english_are_not_foreign(person, text):
    with translation.override("en"):
        told = person.says(text)[0]
    assert "中文和英文" not in told
    assert "only speak" not in told
