"""A step of a flow that passes the member on: the session waits for the person, and goes on with the next step."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conversations import services
from conversations.models import Flow, OperatorGroup, Session, State, Ticket
from tests.conversations.support.person import Person
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow(application) -> Flow:
    """Asks what is broken, passes on to a person, and asks whether it works again."""
    flow = Flow.objects.create(name="报修", triggers="报修")
    topic = factories.make_topic("设备")
    rows: list[dict[str, Any]] = [
        {"key": "what", "name": "什么坏了", "text": "什么坏了？", "slot": "what"},
        {"key": "person", "name": "转人工", "kind": "handoff", "text": "好的，我转给同事。", "topic": topic},
        {"key": "works", "name": "好了吗", "text": "“{{what}}”现在好了吗？", "slot": "works", "slot_type": "yes_no"},
        {"key": "bye", "name": "结束", "kind": "end", "text": "谢谢！"},
    ]
    for number, row in enumerate(rows):
        State.objects.create(flow=flow, position=number, **row)
    services.publish(flow)
    return flow


def test_the_flow_goes_on_with_the_next_step_afterwards(person, phone, flow, group):
    group.topics.set([State.objects.get(key="person").topic])
    person.says("报修")
    first, second = person.says("打印机")
    assert first == "好的，我转给同事。"
    assert second.startswith("“IT 支持”的同事")
    ticket = Ticket.objects.get()
    assert (ticket.reason, ticket.topic.name) == (Ticket.Reason.STEP, "设备")
    assert "什么坏了: 打印机" in ticket.summary
    assert person.says("三楼的") == []
    phone.read()
    phone.taps("take")
    phone.says("/done")
    assert person.read()[-1] == "“打印机”现在好了吗？ | 1. 是 | 2. 否"
    assert person.says("1") == ["谢谢！"]
    assert Session.objects.get().slots == {"what": "打印机", "works": "yes"}


def test_a_session_waits_for_the_person_without_an_end(person, phone, flow):
    person.says("报修")
    person.says("打印机")
    assert Session.objects.get().due_at is None
    assert services.remind_and_expire(now=timezone.now() + timedelta(days=3)) == 0
    assert person.says("/bot")[-1] == "“打印机”现在好了吗？ | 1. 是 | 2. 否"


def test_outside_office_hours_the_answers_are_the_message(person, phone, flow, group):
    now = timezone.localtime()
    hours = {"opens_at": (now + timedelta(hours=2)).time(), "closes_at": (now + timedelta(hours=3)).time()}
    OperatorGroup.objects.filter(pk=group.pk).update(**hours)
    person.says("报修")
    said = person.says("打印机")
    assert said[1].startswith("谢谢。“IT 支持”会在")
    assert said[-1] == "“打印机”现在好了吗？ | 1. 是 | 2. 否"
    assert Ticket.objects.get().wait == Ticket.Wait.LATER
    assert phone.read() == ["zhangsan需要人工 | 我来接待 | 不接"]


def test_without_operators_the_flow_says_whom_to_turn_to(person, flow):
    person.says("报修")
    said = person.says("打印机")
    assert "人事" in said[1]
    assert said[-1] == "“打印机”现在好了吗？ | 1. 是 | 2. 否"


def test_a_copy_of_the_flow_keeps_the_topic(application, flow):
    version = flow.versions.get()
    State.objects.filter(flow=flow, key="person").update(topic=None)
    services.restore_draft(version)
    assert State.objects.get(flow=flow, key="person").topic.name == "设备"


def test_a_starting_flow_may_begin_with_a_person(application, person, phone, flow):
    Person(application, "lisi").says("你好")
    State.objects.filter(key="what").delete()
    State.objects.filter(key="works").update(text="现在好了吗？")
    services.publish(flow)
    assert person.says("报修")[0] == "好的，我转给同事。"
    assert person.says("/bot")[-1] == "现在好了吗？ | 1. 是 | 2. 否"


@pytest.mark.parametrize(("count", "last"), [(2, "图片-2.jpg"), (6, "还有 2 个，请到接待台查看")])
def test_the_card_names_every_file_that_was_sent(person, phone, flow, group, count, last):
    for number in range(1, count + 1):
        State.objects.create(
            flow=flow,
            position=0,
            key=f"p{number}",
            name=f"照片{number}",
            text="拍照。",
            slot=f"p{number}",
            slot_type="picture",
        )
    State.objects.filter(flow=flow, key="what").update(position=1)
    State.objects.filter(flow=flow, key="person").update(topic=None)
    services.publish(flow)
    person.says("报修")
    names = {f"p{number}": f"图片-{number}.jpg" for number in range(1, count + 1)}
    Session.objects.update(state="what", slots=dict.fromkeys(names, "1"), labels=names)
    person.says("打印机")
    card = phone._outbounds().filter(msgtype="template_card").get().content
    shown = [(row["keyname"], row["value"]) for row in card["horizontal_content_list"]]
    assert ("照片1", "图片-1.jpg") in shown
    assert (len(shown), shown[-1][1]) == (min(1 + count, 6), last)
