"""Videos, cards and every other kind of message over REST."""

import pytest

from avatars.models import Render
from conversations.models import Message
from tests.conversations.support.message_api import MESSAGES, send
from tests.support.factories import make_digital_human, make_personal_presentation, make_template
from tests.support.problem_details import problem
from wecom.models import Outbound

pytestmark = pytest.mark.django_db


def test_a_video_has_a_title_and_a_card_a_link(api):
    send(api, "video", media_id="MEDIA", title="标题", description="说明")
    assert (
        send(api, "textcard", title="选择", description="说明", url="https://example.com", btn_text="打开").status_code
        == 202
    )
    video, card = (row.content for row in Outbound.objects.order_by("pk"))
    assert (video["title"], video["description"]) == ("标题", "说明")
    assert (card["title"], card["url"], card["btntxt"]) == ("选择", "https://example.com", "打开")


def test_a_video_of_a_digital_human_is_made_first(api):
    answer = send(api, "digital_human_video", text="你好", mode="lipsync")
    assert answer.status_code == 202, answer.content
    sent = answer.json()
    render = Render.objects.get()
    assert (sent["render"], sent["outcome"]["status"]) == (render.pk, "waiting")
    assert sent["eta_seconds"] > 0
    assert render.mode == "lipsync"
    other = make_digital_human()
    send(api, "digital_human_video", text="你好", digital_human=other.pk)
    assert Render.objects.order_by("pk").last().digital_human == other


def test_a_video_of_a_template_says_what_is_put_in(api):
    template = make_template(mode="lipsync")
    answer = send(api, "digital_human_video", template=template.pk, variables={"name": "王芳"})
    assert answer.status_code == 202, answer.content
    render = Render.objects.get()
    assert (answer.json()["render"], render.template, render.mode) == (render.pk, template, "lipsync")
    assert (render.digital_human, render.text[:4]) == (template.digital_human, "你好王芳")
    for wish, field, code in (
        ({"template": template.pk}, "variables.name", "required"),
        ({"template": template.pk, "text": "你好"}, "text", "one_of"),
        ({"template": template.pk, "variables": {"name": "王芳"}, "mode": "lipsync"}, "mode", "one_of"),
        ({"text": "你好", "variables": {}}, "variables", "one_of"),
        ({}, "text", "one_of"),
    ):
        found = problem(send(api, "digital_human_video", **wish), 422)
        assert (found["field"], found["errors"][0]["code"]) == (field, code)
    assert Message.objects.count() == 1


def test_a_video_of_a_presentation_is_in_the_members_language(api):
    presentation = make_personal_presentation()
    wish = {"presentation": presentation.pk, "variables": {"name": "王芳"}}
    for more, words in (({}, "你好王芳，"), ({"translated": True}, "Hello 王芳!")):
        answer = send(api, "digital_human_video", **wish, **more)
        assert answer.status_code == 202, answer.content
        render = Render.objects.get(pk=answer.json()["render"])
        assert render.text.startswith(words)
    for wish, field, code in (
        ({"presentation": presentation.pk}, "variables.name", "required"),
        ({"presentation": presentation.pk, "translated": True}, "variables.name", "required"),
        ({"presentation": presentation.pk, "text": "你好"}, "text", "one_of"),
        ({"presentation": presentation.pk, "mode": "lipsync"}, "mode", "one_of"),
        ({"text": "你好", "translated": True}, "translated", "one_of"),
    ):
        found = problem(send(api, "digital_human_video", **wish), 422)
        assert (found["field"], found["errors"][0]["code"]) == (field, code)
    assert Message.objects.count() == 2


WEB = {"url": "https://example.com"}
CARDS = ("text_notice", "news_notice", "button_interaction", "vote_interaction", "multiple_interaction")
KINDS = {
    "markdown": {"text": "- **一**"},
    "news": {"articles": [{"title": "周会", "mini_program": {"app_id": "wx1", "page": "p"}}, {"title": "二", **WEB}]},
    "mpnews": {"pages": [{"title": "t", "thumb_media_id": "M", "content": "<p>好</p>"}], "safe": 2},
    "miniprogram_notice": {
        "app_id": "wx1",
        "title": "会议室预定成功通知",
        "items": [{"name": "地点", "value": "五楼"}],
        "emphasize": True,
    },
    "text_notice": {"title": "t", "link": WEB, "rows": [{"name": "n", "value": "v", "link": WEB}], "source": None},
    "news_notice": {"title": "t", "link": {"app_id": "wx1"}, "picture": {"url": WEB["url"], "aspect_ratio": 2.0}},
    "button_interaction": {"title": "t", "buttons": [{"text": "是", "key": "yes", "style": 2}], "task_id": "t-1"},
    "vote_interaction": {
        "title": "t",
        "checkbox": {"key": "q", "choices": [{"id": "a", "text": "甲", "chosen": True}], "several": True},
        "submit": {"text": "提交", "key": "s"},
    },
    "multiple_interaction": {
        "title": "t",
        "selectors": [{"key": "q", "choices": [{"id": "a", "text": "甲"}]}],
        "submit": {"text": "提交", "key": "s"},
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_other_kind_is_sent_with_the_fields_of_its_value(api, kind):
    answer = api.post(MESSAGES, {"to": "zhangsan", "kind": kind, **KINDS[kind]}, format="json")
    assert answer.status_code == 202, answer.content
    outbound = Outbound.objects.get()
    assert outbound.msgtype == ("template_card" if kind in CARDS else kind)
    assert outbound.content.get("card_type") == (kind if kind in CARDS else None)


def test_a_card_keeps_everything_that_was_said_of_it(api):
    api.post(MESSAGES, {"to": "zhangsan", "kind": "button_interaction", **KINDS["button_interaction"]}, format="json")
    card = Outbound.objects.get().content
    assert (card["task_id"], card["main_title"]) == ("t-1", {"title": "t"})
    assert card["button_list"] == [{"text": "是", "style": 2, "key": "yes"}]


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("button_interaction", {"buttons": []}, "buttons"),
        ("button_interaction", {"buttons": [{"text": "是", "key": "k", "style": 9}]}, "button_list[0].style"),
        ("button_interaction", {"buttons": [{"text": "是", "key": "k", "style": "1"}]}, "buttons[0].style"),
        ("text_notice", {"link": {**WEB, "app_id": "wx1"}}, "link.url"),
        ("text_notice", {"link": None}, "card_action"),
        ("text_notice", {"translate_ids": "yes"}, "translate_ids"),
        ("vote_interaction", {"submit": None}, "submit"),
        ("mpnews", {"safe": 3}, "safe"),
    ],
)
def test_what_is_wrong_in_a_card_is_named_by_its_path(api, kind, change, field):
    found = problem(api.post(MESSAGES, {"to": "zhangsan", "kind": kind, **KINDS[kind], **change}, format="json"), 422)
    assert found["field"] == field
    assert not Outbound.objects.exists()
