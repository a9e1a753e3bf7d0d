"""Members who want text instead of videos get the words of every video that they have not asked for themselves."""

import pytest

from avatars.models import Render
from conversations import services
from conversations.models import Message, PreferenceChange
from tests.conversations.support.video_flows import make_video_flow
from tests.support import factories

pytestmark = pytest.mark.django_db
CHAT = PreferenceChange.Origin.CHAT


@pytest.fixture
def reader(application):
    member = factories.make_member(application, user_id="zhangsan")
    services.change_preferences(member, prefers_text=True, origin=CHAT)
    return member


def text_of(message: Message) -> tuple[str, str, bool]:
    assert message.render is None
    return message.content.text, message.reason, message.degraded


def test_a_video_comes_as_its_words_and_that_is_no_failure(application, reader):
    talk = services.conversation_with("zhangsan", application=application)
    message = services.say_video(talk, "[欢快]欢迎加入公司。请坐。", cid="c")
    words, reason, degraded = text_of(message)
    assert (reason, degraded) == ("chosen:text", False)
    assert words == "欢迎加入公司。请坐。"
    assert not Render.objects.exists()


def test_a_flow_says_the_words_of_its_video(person, reader):
    template = factories.make_template(person.application.desk.digital_human)
    services.publish(make_video_flow(template, name="欢迎", command="/welcome"))
    person.says("/welcome")
    assert person.says("王芳")[0].startswith("你好王芳，欢迎来到研究院。")
    assert not Render.objects.exists()


def test_who_chooses_videos_again_gets_videos_again(application, reader):
    services.change_preferences(reader, prefers_text=False, origin=CHAT)
    talk = services.conversation_with("zhangsan", application=application)
    assert services.say_video(talk, "欢迎。", cid="c").render is not None


def test_the_api_answers_with_the_text_that_went_out(application, reader):
    api = factories.make_api("messages:read", "messages:write")
    answer = api.post("/api/v1/messages/", {"kind": "digital_human_video", "to": "zhangsan", "text": "早上好。"})
    assert answer.status_code == 202, answer.content
    assert (answer.json()["render"], answer.json()["reason"], answer.json()["degraded"]) == (None, "chosen:text", False)
