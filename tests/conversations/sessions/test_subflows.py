"""A session in a flow that runs another: one conversation for its member, two flows for whoever reads the rows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.models import Flow, Message, Session, SessionCaller, State, StateEntry, Ticket
from tests.conversations.support.nested_flows import make_contact, make_visit, published
from tests.support import factories
from tests.support.factories.conversations import change_steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(application) -> Flow:
    return make_contact()


@pytest.fixture
def visit(contact) -> Flow:
    return published(make_visit(contact))


def session() -> Session:
    return Session.objects.select_related("version__flow").latest("pk")


def begin(person) -> None:
    person.says("访客登记")
    person.says("王芳")


@pytest.mark.databases
def test_a_sub_flow_is_talked_through_and_comes_back(person, visit, contact):
    assert person.says("访客登记") == ["访客叫什么？"]
    assert person.says("王芳") == ["电话？"]
    inside = session()
    assert (inside.version, inside.state, inside.slots, inside.depth) == (contact.live, "phone", {}, 1)
    caller = SessionCaller.objects.get()
    assert (caller.version, caller.state, caller.slots) == (visit.live, "contact", {"name": "王芳"})
    assert person.says("13800138000") == ["怎么称呼？"]
    assert person.says("李雷") == ["李雷，记下了。", "王芳找李雷？ | 1. 是 | 2. 否"]
    back = session()
    assert (back.version, back.state, back.depth) == (visit.live, "right", 0)
    assert back.slots == {"name": "王芳", "phone": "13800138000", "who": "李雷"}
    assert {name: source[0] for name, source in back.sources.items()} == {
        "name": "typed",
        "phone": "taken",
        "who": "taken",
    }
    assert person.says("是") == ["登记好了。"]
    assert (session().status, SessionCaller.objects.count()) == ("completed", 0)
    assert list(StateEntry.objects.filter(version=contact.live).order_by("pk").values_list("source", "state")) == [
        ("", "phone"),
        ("phone", "name"),
        ("name", "thanks"),
    ]


def test_too_many_tries_lead_on_in_the_flow_around(person, visit):
    begin(person)
    goodbye, kept = person.says("不知道")
    assert goodbye == "下次再登记。"
    assert "“访客”" in kept
    ended = session()
    assert (ended.status, ended.state, ended.depth) == ("gave_up", "phone", 1)
    assert person.says("继续") == ["电话？"]
    person.says("13800138000")
    assert person.says("李雷")[-1].startswith("王芳找李雷？")


def test_cancelling_ends_all_and_names_the_flow_that_was_begun(person, visit):
    begin(person)
    assert "访客" in person.says("取消")[0]
    assert session().status == "cancelled"
    assert person.says("你好") == ["你好！今天想了解什么？"]


@pytest.mark.databases
def test_reminder_and_silence_work_inside(person, visit):
    begin(person)
    asked_at = session().asked_at
    assert services.remind_and_expire(now=asked_at + timedelta(minutes=6)) == 1
    assert len(person.read()) == 1
    assert services.remind_and_expire(now=asked_at + timedelta(minutes=61)) == 1
    assert person.read()[0] == "下次再登记。"
    assert session().status == "expired"


@pytest.mark.databases
def test_each_time_limit_ends_its_own_flow(person, visit, contact):
    Flow.objects.filter(pk=contact.pk).update(expire_after=10)
    services.publish(contact)
    begin(person)
    services.remind_and_expire(now=timezone.now() + timedelta(minutes=11))
    assert "下次再登记。" in person.read()


def test_the_inner_flow_keeps_the_version_that_it_began_with(person, visit, contact):
    begin(person)
    contact.states.filter(key="name").update(text="贵姓？")
    services.publish(contact)
    assert person.says("13800138000") == ["怎么称呼？"]
    assert person.says("重来") == ["访客叫什么？"]
    person.says("王芳")
    assert person.says("13800138000") == ["贵姓？"]


def test_a_sub_flow_that_is_switched_off_meanwhile_fails_with_a_word(person, visit, contact):
    person.says("访客登记")
    Flow.objects.filter(pk=contact.pk).update(enabled=False)
    assert len(person.says("王芳")) == 1
    assert session().status == "failed"


@pytest.mark.databases
def test_starting_a_flow_ends_its_own_sleeping_session_in_a_sub_flow(person, visit, contact):
    wait = State.objects.create(flow=contact, key="wait", name="wait", kind="wait", wait_for=60, position=0)
    State.objects.filter(flow=contact).exclude(pk=wait.pk).update(position=5)
    services.publish(contact)
    begin(person)
    assert session().status == "sleeping"
    first = session()
    person.says("访客登记")
    first.refresh_from_db()
    assert first.status == "interrupted"


def test_why_names_the_flows_around(person, visit, contact):
    begin(person)
    message = Message.objects.latest("pk")
    assert message.cause["version"] == contact.live_id
    assert message.cause["callers"] == [[visit.live_id, "contact"]]


def test_other_steps_come_to_the_member_in_the_language_of_their_flow(person, visit, contact):
    Flow.objects.filter(pk=contact.pk).update(language="en")
    change_steps(contact.states.filter(key="phone"), retries=3)
    contact.refresh_from_db()
    services.publish(contact)
    begin(person)
    assert person.says("不知道")[0].startswith("I did not understand")


def test_a_hand_off_and_an_aside_come_back_into_it(person, visit, contact, application):
    operator = factories.make_operator(application, "wanggong", name="王工")
    factories.make_operator_group(application, operator, name="前台")
    State.objects.create(flow=contact, key="desk", name="前台", kind="handoff", position=1)
    State.objects.filter(flow=contact, key__in=("name", "thanks")).update(position=5)
    services.publish(contact)
    factories.make_answer("怎么请假", "在审批里选请假。")
    begin(person)
    assert person.says("怎么请假？")[-1] == "电话？"  # an answer of the table, then the question again
    person.says("13800138000")
    assert (session().state, session().depth) == ("desk", 1)
    services.hand_back(Ticket.objects.unfinished().get())
    assert person.read()[-1] == "怎么称呼？"
    assert person.says("李雷")[-1].startswith("王芳找李雷？")
