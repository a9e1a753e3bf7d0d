"""The demo flows: no lint findings, and members get through them in both languages."""

import pytest
from django.core.management import call_command

from avatars.models import Render
from conversations.flows import publication
from conversations.models import Flow, Session
from openuser.demo.demo_flows import seed_flows
from tests.conversations.support.person import Person
from wecom.models import Outbound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def seeded(application):
    seed_flows()
    return application


def test_they_are_published_and_without_fault(seeded):
    assert Flow.objects.count() == 2
    for flow in Flow.objects.select_related("live"):
        assert flow.live is not None
        assert flow.live.number == 1
        assert publication.check(flow) == []
        assert not publication.is_changed(flow)
        draft = publication.draft(flow)
        assert draft.languages == ("zh-hans", "en")
        for node in draft.nodes:
            assert node.kind != "ask" or (node.remind_after and node.leaving("retries"))


def test_seeding_makes_them_and_leaves_what_people_made_of_them(application):
    call_command("seed")
    assert Flow.objects.count() == 2
    Flow.objects.exclude(name="制作视频").delete()
    call_command("seed")
    assert Flow.objects.count() == 1


@pytest.mark.parametrize("begin", ["制作视频", "/制作"])
def test_the_chinese_video_is_made_in_the_quality_that_was_chosen(seeded, begin):
    person = Person(seeded)
    (question,) = person.says(begin)
    assert "600" in question
    (card,) = person.says("欢迎加入公司。")
    assert card.endswith("1. 基础 | 2. 增强 | 3. 高清")
    answers = person.says("3")
    render = Render.objects.get()
    assert (render.text, render.mode) == ("欢迎加入公司。", "enhanced_talking_head")
    assert "制作视频" in answers[-1]
    assert Session.objects.get().status == Session.Status.COMPLETED


def test_the_menu_starts_it_too(seeded):
    assert Flow.objects.get(menu_key="CREATE_VIDEO").name == "制作视频"


def test_the_english_video_asks_as_the_guide_does(seeded):
    person = Person(seeded)
    (question,) = person.says("I want to create video please")
    assert question.startswith("Great! Please send me the text for your video")
    person.says("Welcome to the company.")
    card = Outbound.objects.filter(msgtype="template_card").latest("pk").content
    assert card["main_title"]["title"] == "Choose video quality:"
    assert [button["text"] for button in card["button_list"]] == ["1. Basic", "2. Enhanced", "3. High Quality"]
    person.says("basic")
    assert Render.objects.get().mode == "lipsync"


def test_whoever_does_not_answer_fittingly_gets_a_way_out(seeded):
    person = Person(seeded)
    person.says("制作视频")
    person.says("欢迎。")
    for _ in range(2):
        assert "1、2、3" in "".join(person.says("什么？"))
    goodbye, kept = person.says("什么？")
    assert "没关系" in goodbye
    assert "继续" in kept
    assert Render.objects.count() == 0


@pytest.mark.parametrize(
    ("begin", "answers", "says"),
    [
        ("入职引导", ["张三", "12月1日", "研发", "不要"], "产品研发"),
        ("I am new here", ["Zhang San", "2026-12-01", "HR", "no"], "People"),
    ],
)
def test_a_first_day_is_noted_without_a_video(seeded, begin, answers, says):
    person = Person(seeded)
    person.says(begin)
    for answer in answers:
        last = person.says(answer)
    assert says in last[-1]
    assert answers[0] in last[-1]
    session = Session.objects.get()
    assert session.status == Session.Status.COMPLETED
    assert session.slots["start_date"].endswith("-12-01")
    assert Render.objects.count() == 0


def test_a_first_day_with_a_video_of_welcome(seeded):
    person = Person(seeded)
    for words in ("I am new here", "Zhang San", "tomorrow", "Sales", "yes"):
        person.says(words)
    assert "Zhang San, and welcome to Sales!" in Render.objects.get().text
