"""Which answer of the table a question gets."""

import pytest

from conversations.knowledge import answer_retrieval
from conversations.providers.knowledge import Knowledge
from conversations.providers.small_talk import talk_in
from openuser.demo.demo_answers import seed_answers
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    seed_answers()


def reply(text: str, language: str = "zh-hans") -> str:
    return Knowledge().reply(text, language=language) or ""


@pytest.mark.parametrize("text", ["请假", "怎么请假", "我想请假", "请假怎么弄？", "请问如何请假"])
def test_a_question_matches_its_answer_from_both_sides(text):
    factories.make_answer("怎么请假", "在审批里请假。")
    assert reply(text) == "在审批里请假。"


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("wifi", "zh-hans", "扫"),
        ("wifi", "en", "Scan"),
        ("HR", "zh-hans", "分机"),
        ("HR", "en", "extension"),
        ("reimbursed", "en", "Reimbursement"),
        ("payslip", "zh-hans", "Workbench"),
    ],
)
def test_answers_of_the_language_come_first_and_others_after(office, text, language, words):
    assert words in reply(text, language)


@pytest.mark.parametrize(
    "text", ["今天天气怎么样", "讲个笑话", "this is a sentence about nothing", "什么？", "?", "的", "tell me a joke"]
)
def test_what_the_table_does_not_know_is_not_answered(office, text):
    assert reply(text, "en" if text.isascii() else "zh-hans") == ""


def test_a_word_that_several_questions_have_is_asked_back():
    for question in ("工资什么时候发放到账户", "工资卡怎么更换银行"):
        factories.make_answer(question, f"关于{question}。")
    assert reply("工资") == ""
    assert len(answer_retrieval.find("工资", language="zh-hans").suggestions) == 2


@pytest.mark.parametrize(
    ("text", "talk"),
    [
        ("好的", "agreed"),
        ("嗯嗯", "agreed"),
        ("谢谢啦！", "thanks"),
        ("你好，在吗？", "presence"),
        ("Hi, what can you do?", "abilities"),
        ("你能做什么呀", "abilities"),
        ("转人工", "person"),
        ("算了", "dismissal"),
        ("。", "fragment"),
        ("……", "fragment"),
        ("666", "praise"),
        ("烦死了！！", "anger"),
        ("好无聊啊", "boredom"),
        ("对不起", "apology"),
        ("今天是我的生日", "birthday"),
        ("今天天气怎么样？", "outside"),
        ("Bonjour!", "foreign"),
        ("谁能看到我的消息？", "privacy"),
        ("請刪除我的數據", "erasure"),
        ("Please stop sending me videos", "text_only"),
        ("别再给我发这类消息", "settings"),
        ("怎么删除我的打卡记录", None),
        ("下雨天可以居家办公吗", None),
        ("怎么请假", None),
        ("hi how do I take leave", None),
    ],
)
def test_small_talk_is_a_whole_message(text, talk):
    assert talk_in(text) == talk
