"""The language of a text, and of a member."""

import pytest

from conversations.language import detect_language
from conversations.models import Conversation

CHINESE, ENGLISH = "zh-hans", "en"


@pytest.mark.parametrize(
    "text",
    ["ok", "OK", "HR", "xyz", "👍", "12.5", "lol", "A4", "a@example.com", "https://example.com/how/to", "", "VPN?"],
)
@pytest.mark.parametrize("default", [CHINESE, ENGLISH])
def test_what_is_written_in_both_languages_changes_nothing(text, default):
    assert detect_language(text, default=default) == default


@pytest.mark.parametrize("text", ["请假", "HR 是谁", "wifi密码", "嗯", "帮我 check 一下"])
def test_chinese_is_known_among_latin_words(text):
    assert detect_language(text, default=ENGLISH) == CHINESE


@pytest.mark.parametrize(
    "text", ["How do I take leave?", "thank you", "my laptop is broken", "where is 人事 in this office"]
)
def test_an_english_sentence_is_evidence(text):
    assert detect_language(text, default=CHINESE) == ENGLISH


@pytest.mark.parametrize(
    ("text", "language"), [("hello", ENGLISH), ("payslip", ENGLISH), ("HR", CHINESE), ("ok", CHINESE)]
)
def test_a_first_message_may_be_one_word(text, language):
    assert detect_language(text, default=CHINESE, is_first=True) == language


@pytest.mark.parametrize("text", ["hello", "payslip", "hi team"])
def test_a_later_message_needs_more_than_that(text):
    assert detect_language(text, default=CHINESE) == CHINESE


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["ok", "HR", "xyz", "👍"])
def test_somebody_who_writes_chinese_stays_with_chinese(person, text):
    person.says("我想问个问题")
    person.says(text)
    assert Conversation.objects.get().language == CHINESE


@pytest.mark.django_db
def test_a_chosen_language_stays_until_it_follows_again(person):
    (chosen,) = person.says("/language English")
    assert "English" in chosen
    assert person.says("谢谢") == ["You are welcome! Write to me any time."]
    person.says("说中文")
    assert person.says("thank you very much") == ["不客气！有需要随时找我。"]
    person.says("/语言 自动")
    assert person.says("thank you very much") == ["You are welcome! Write to me any time."]
    assert "/language English" in person.says("/language Klingon")[0]
