"""The language of a text, and of a member."""

import pytest

from conversations.delivery import channel
from conversations.language import detect_language
from conversations.models import Conversation
from tests.support.factories import make_application, make_member

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
def test_the_command_and_the_directory_set_one_value(person):
    person.says("/language English")
    member = Conversation.objects.get().member
    assert member.language == ENGLISH
    channel.change_member(member, language=CHINESE)
    assert Conversation.objects.get().language == CHINESE
    assert person.says("thank you very much") == ["不客气！有需要随时找我。"]
    channel.change_member(member, language="")
    assert person.says("thank you very much") == ["You are welcome! Write to me any time."]


@pytest.mark.django_db
@pytest.mark.databases
def test_a_language_is_chosen_for_every_application_and_before_the_first_word():
    member = make_member(make_application(), language=ENGLISH)
    first, second = make_application(), make_application()
    assert Conversation.objects.locked(first, member).language == ENGLISH
    Conversation.objects.locked(second, member)
    channel.change_member(member, language=CHINESE)
    assert set(Conversation.objects.values_list("language", "chosen_language")) == {(CHINESE, CHINESE)}


@pytest.mark.django_db
def test_a_choice_by_a_process_of_the_release_before_is_heard(person):
    person.says("我想问个问题")
    Conversation.objects.update(chosen_language=ENGLISH)
    assert person.says("谢谢") == ["You are welcome! Write to me any time."]


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
