"""An answer goes out as its kind, to those it is for, on the days it is valid."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone

from conversations.models import Answer, Message
from tests.support import factories
from wecom.models import Department, Member, Membership, Outbound, Tag

pytestmark = pytest.mark.django_db
PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(64)


def last_content() -> tuple[str, dict[str, object]]:
    outbound = Outbound.objects.order_by("-pk")[0]
    return outbound.msgtype, outbound.content


def test_markdown_and_cards_go_out_as_such(person):
    factories.make_answer("怎么请假", "**审批** 里选请假", kind="markdown")
    factories.make_answer("报销制度", "全文在这里", kind="card", url="https://example.com/rules")
    person.says("怎么请假")
    assert last_content()[0] == "markdown"
    person.says("报销制度")
    kind, content = last_content()
    assert kind == "textcard"
    assert content["title"] == "报销制度"
    assert content["url"] == "https://example.com/rules"


@pytest.mark.parametrize(("kind", "name"), [("image", "map.png"), ("file", "rules.pdf"), ("video", "tour.mp4")])
def test_files_go_out_with_their_words(person, kind, name):
    answer = factories.make_answer("平面图", "三楼是食堂。", kind=kind)
    answer.file.save(name, ContentFile(PIXEL))
    person.says("平面图")
    assert [row.msgtype for row in Outbound.objects.order_by("pk")][-2:] == [kind, "text"]


def test_a_file_that_is_gone_is_answered_with_words(person):
    factories.make_answer("平面图", "三楼是食堂。", kind="image", file="answers/gone.png")
    assert person.says("平面图") == ["三楼是食堂。"]


def test_a_video_is_spoken_by_the_digital_human(person):
    factories.make_answer("公司介绍", "我们成立于 2010 年。", kind="video")
    person.says("公司介绍")
    assert Message.objects.filter(direction="out", content__kind="video").exists() or "2010" in person.read()[0]


def test_an_answer_is_given_on_its_days_only(person):
    today = timezone.localdate()
    answer = factories.make_answer("年会在哪天", "一月十五日。", valid_from=today, valid_until=today)
    assert person.says("年会在哪天") == ["一月十五日。"]
    for days in ({"valid_until": today - timedelta(days=1)}, {"valid_from": today + timedelta(days=1)}):
        Answer.objects.filter(pk=answer.pk).update(**{"valid_from": None, "valid_until": None, **days})
        assert "一月十五日。" not in person.says("年会在哪天")[0]


def test_departments_and_those_below_get_their_answers(person, application):
    answer = factories.make_answer("值班表", "周末张三。")
    head = Department.objects.create(corporation=application.corporation, number=2, name="IT")
    team = Department.objects.create(corporation=application.corporation, number=3, parent_number=2, name="网络")
    answer.departments.add(head)
    answer.save()
    assert person.says("值班表") != ["周末张三。"]
    member = Member.objects.get(user_id="zhangsan")
    Membership.objects.create(member=member, department=team)
    assert person.says("值班表") == ["周末张三。"]


def test_a_tag_gets_its_answers(person, application):
    answer = factories.make_answer("值班表", "周末张三。")
    tag = Tag.objects.create(corporation=application.corporation, number=1, name="值班")
    answer.tags.add(tag)
    answer.save()
    assert person.says("值班表") != ["周末张三。"]
    tag.members.add(Member.objects.get(user_id="zhangsan"))
    assert person.says("值班表") == ["周末张三。"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "card", "answer": "x"}, "url"),
        ({"kind": "image"}, "file"),
        ({"kind": "text", "answer": " "}, "answer"),
        ({"kind": "markdown", "answer": "长" * 1_000}, "answer"),
        ({"answer": "x", "valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "__all__"),
    ],
)
def test_what_could_not_be_sent_is_refused_at_its_field(fields, field):
    with pytest.raises(ValidationError) as caught:
        Answer(question="问", **fields).full_clean()
    assert field in caught.value.message_dict
