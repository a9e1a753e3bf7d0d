"""Acts that members ask for in plain words, and what they get for moods and fragments."""

import pytest

from conversations.models import Conversation, Desk, Message, UnansweredQuestion
from conversations.providers.small_talk import meant_by
from wecom.models import PrivacyRequest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("帮我做个视频，说：大家周五下午开会", "大家周五下午开会"),
        ("请录一段视频内容是欢迎新同事", "欢迎新同事"),
        ("给我生成一个视频：明天放假", "明天放假"),
        ("Make me a video that says “Welcome to the team”", "Welcome to the team"),
        ("please create a video: Lunch is at noon", "Lunch is at noon"),
    ],
)
def test_a_wish_for_a_video_carries_its_words(text, script):
    command, args = meant_by(text)
    assert command.name == "/video"
    assert args == script


@pytest.mark.parametrize("text", ["做个视频是不是很难", "怎么做视频", "how do I make a video", "视频会议怎么预订"])
def test_a_question_about_videos_makes_none(text):
    assert meant_by(text) is None


def test_privacy_says_the_days_of_the_settings(person, settings):
    settings.RETENTION = {**settings.RETENTION, "MESSAGES_DAYS": 41, "SESSIONS_DAYS": 0}
    (told,) = person.says("谁能看到我的消息？")
    assert "保存 41 天" in told
    assert "长期保存" in told
    assert "授权" in told
    assert person.says("/隐私") == [told]


def test_a_wish_to_delete_deletes_nothing_and_says_whom_to_ask(person):
    Desk.objects.update(contact="人事 8001")
    person.says("你好")
    before = Message.objects.count()
    (told,) = person.says("删除我的数据")
    assert told.startswith("发消息不会删除任何数据")
    assert "人事 8001" in told
    assert Message.objects.count() > before
    assert not PrivacyRequest.objects.exists()


@pytest.mark.parametrize("text", ["。", "……", "算了", "666", "烦死了", "无聊", "不好意思", "Bonjour"])
def test_what_asks_nothing_is_no_miss_and_gets_no_card(person, text):
    (told,) = person.says(text)
    assert " | " not in told
    assert Conversation.objects.get().misses == 0
    assert not UnansweredQuestion.objects.exists()
