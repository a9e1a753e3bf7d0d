"""Who writes about a sensitive subject reads warm words and a hotline; the group is told, and nobody else reads it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from conversations import services
from conversations.models import CareCase, CareSubject, Content, Message, Session, UnansweredQuestion
from tests.support import factories
from wecom.models import Callback, Outbound

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
SAD = "我心情很差，不想活了"


@pytest.mark.parametrize(
    ("text", "key", "hotline"),
    [
        (SAD, "self_harm", "12356"),
        ("我不想货了", "self_harm", "12356"),
        ("wo bu xiang huo le", "self_harm", "12356"),
        ("我不想活瞭，活著沒意思", "self_harm", "12356"),
        ("I dont wanna live anymore", "self_harm", "12356"),
        ("我被同事骚扰了", "harassment", "12338"),
        ("my boss keeps harrassing me", "harassment", "12338"),
        ("有人受伤了", "emergency", "120"),
        ("someone is injured in the warehouse!!", "emergency", "120"),
        ("他威胁要弄死我", "violence", "110"),
        ("投诉", "complaint", "12333"),
        ("i want to complian about my manager", "complaint", "12333"),
        ("我要举报经理吃回扣", "whistle_blowing", "12348"),
        ("因为怀孕被劝退", "discrimination", "12333"),
        ("整个人快崩溃了", "distress", "12356"),
    ],
)
def test_words_lead_to_a_hotline_and_a_case(person, group, text, key, hotline):
    (said,) = person.says(text)
    assert hotline in said
    case = CareCase.objects.get()
    assert (case.subject.key, case.said, case.group, case.member.user_id) == (key, text, group, "zhangsan")


def test_an_english_message_is_answered_in_english(person, group):
    (said,) = person.says("I want to kill myself")
    assert "12356 psychological support" in said
    assert "关怀小组" in said


@pytest.mark.parametrize(
    "text", ["这个笑话笑死我了", "打我电话 8001", "电脑崩溃了怎么办", "骚扰电话怎么拦截", "累死了"]
)
def test_ordinary_messages_open_no_case(person, group, text):
    person.says(text)
    assert not CareCase.objects.exists()


def test_the_group_is_told_without_the_words(person, phone):
    person.says(SAD)
    (told,) = phone.read()
    assert "zhangsan" in told
    assert "轻生与自我伤害" in told
    assert SAD not in told


def test_outside_office_hours_the_group_is_told_too(person, phone, group):
    later = (group.opens_at.hour + 1) % 24
    group.opens_at = group.closes_at.replace(hour=0, minute=0)
    group.closes_at = group.opens_at.replace(minute=1)
    group.save()
    (said,) = person.says(SAD)
    assert phone.read()
    assert "12356" in said
    assert later >= 0


def test_no_table_but_the_case_has_the_words(person, group):
    person.says(SAD)
    assert not Content.objects.filter(text__contains="不想活").exists()
    assert not Message.objects.exists()
    assert not UnansweredQuestion.objects.exists()
    assert [row.body for row in Callback.objects.all()] == [""]


def test_a_flow_keeps_its_place(person, group):
    flow = factories.make_flow(name="制作视频", command="/制作", menu_key="MAKE_VIDEO")
    services.publish(flow)
    person.says("/制作")
    before = Session.objects.get()
    (said,) = person.says(SAD)
    after = Session.objects.get()
    assert "12356" in said
    assert (after.status, after.state, after.slots, after.revision) == (
        "active",
        before.state,
        before.slots,
        before.revision,
    )
    person.says("你好，这是一个视频")
    assert Session.objects.get().revision > before.revision


def test_more_messages_belong_to_the_open_case(person, phone):
    person.says(SAD)
    phone.read()
    person.says("活着没意思")
    case = CareCase.objects.get()
    assert (case.times, case.said) == (2, f"{SAD}\n活着没意思")
    assert phone.read() == []


def test_no_more_alerts_than_the_subject_allows(application, person, phone):
    CareSubject.objects.update(most_alerts=1)
    other = type(person)(application, "lisi")
    assert (len(person.says(SAD)), len(other.says(SAD))) == (1, 1)
    assert CareCase.objects.count() == 2
    assert len(phone.read()) == 1


def test_without_a_group_nobody_is_said_to_know(person):
    (said,) = person.says(SAD)
    assert "12356" in said
    assert "关怀小组" not in said
    assert CareCase.objects.get().group is None


def test_a_person_who_answers_reads_it_and_the_group_is_told(application, person, phone):
    factories.make_operator_group(
        application, factories.make_operator(application, "wanggong", name="王工"), name="IT 支持"
    )
    person.says("转人工")
    phone.read()
    assert person.says(SAD) == []
    assert CareCase.objects.get().subject.key == "self_harm"
    assert len(phone.read()) == 1
    assert Content.objects.filter(text=SAD).exists()


def test_a_subject_that_is_off_is_answered_as_others(person, group):
    for subject in CareSubject.objects.filter(key="self_harm"):
        subject.enabled = False
        subject.save()
    person.says("轻生")
    assert not CareCase.objects.exists()


def test_new_words_of_the_company_are_found_at_once(person, group):
    assert "12333" not in "".join(person.says("加班餐被吞了"))
    subject = CareSubject.objects.get(key="complaint")
    subject.words += "\n加班餐 + 吞"
    subject.save()
    (said,) = person.says("我的加班餐又被吞了")
    assert "12333" in said


def test_a_sent_answer_leaves_no_words_in_the_outbox(person, group):
    person.says(SAD)
    rows = Outbound.objects.filter(recipients=["zhangsan"])
    assert [row.private for row in rows] == [True]


def test_a_case_of_weeks_ago_does_not_take_new_words(person, phone, group):
    person.says(SAD)
    services.close_care_case(CareCase.objects.get(), by=User.objects.create_user("fang"), now=None)
    phone.read()
    person.says(SAD)
    assert CareCase.objects.count() == 2
    assert len(phone.read()) == 1
    assert timedelta(0) <= CareCase.objects.last().opened_at - CareCase.objects.first().opened_at
