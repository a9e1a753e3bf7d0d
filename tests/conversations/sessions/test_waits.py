"""A session that sleeps: the member is answered as without a flow, and it goes on at its time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.machine.edges import Operator
from conversations.models import Flow, Session, State, Transition
from wecom.services import set_facts

pytestmark = pytest.mark.django_db
GREETING = "你好！今天想了解什么？"


def make_flow(name: str, *rows: dict, **fields) -> Flow:
    flow = draft(name, *rows, **fields)
    services.publish(flow)
    return flow


def draft(name: str, *rows: dict, **fields) -> Flow:
    flow = Flow.objects.create(name=name, triggers=name, **fields)
    for number, row in enumerate(rows):
        State.objects.create(flow=flow, position=number, **row)
    return flow


@pytest.fixture
def flow(application) -> Flow:
    """Asks who it is, waits for two days, and asks how it went."""
    return make_flow(
        "第一周",
        {"key": "who", "name": "称呼", "text": "怎么称呼？", "slot": "who"},
        {"key": "wait", "name": "等", "kind": "wait", "text": "过两天再聊。", "wait_for": 2, "wait_unit": 1440},
        {"key": "how", "name": "怎么样", "text": "{{who}}，这两天怎么样？", "slot": "how"},
    )


def later(**span: float):
    return timezone.now() + timedelta(**span)


def test_a_wait_of_two_days_goes_on_by_itself(person, flow):
    person.says("第一周")
    assert person.says("小明") == ["过两天再聊。"]
    assert Session.objects.get().status == Session.Status.SLEEPING
    assert services.remind_and_expire(now=later(days=1, hours=23)) == 0
    assert services.remind_and_expire(now=later(days=2, minutes=1)) == 1
    assert person.read() == ["小明，这两天怎么样？"]
    assert services.remind_and_expire(now=later(days=2, minutes=2)) == 0
    assert person.says("很好") == ["谢谢，问题都回答完了。"]


def test_who_writes_meanwhile_is_answered_and_the_session_stays(person, flow):
    person.says("第一周")
    person.says("小明")
    asleep = Session.objects.values().get()
    assert person.says("你好") == [GREETING]
    assert person.says("帮助") != []
    assert Session.objects.values().get() == asleep


def test_the_end_of_a_wait_cuts_into_no_other_flow(person, flow):
    other = make_flow("订餐", {"key": "what", "name": "菜", "text": "吃什么？", "slot": "what"})
    person.says("第一周")
    person.says("小明")
    assert person.says("订餐") == ["吃什么？"]
    now = later(days=2, minutes=1)
    Session.objects.filter(version__flow=other).update(due_at=None)
    assert services.remind_and_expire(now=now) == 0
    assert person.read() == []
    person.says("面条")
    assert services.remind_and_expire(now=now) == 0
    assert services.remind_and_expire(now=now + timedelta(minutes=3)) == 1
    assert person.read() == ["小明，这两天怎么样？"]


def test_a_second_run_of_the_same_flow_ends_the_one_that_sleeps(person, flow):
    person.says("第一周")
    person.says("小明")
    person.says("第一周")
    statuses = Session.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [Session.Status.INTERRUPTED, Session.Status.ACTIVE]


def test_a_member_can_leave_a_flow_that_sleeps(person, flow):
    person.says("第一周")
    person.says("小明")
    assert person.says("取消") == ["好的，已取消“第一周”。"]
    assert Session.objects.get().status == Session.Status.CANCELLED


def test_an_operator_ends_a_session_that_sleeps(person, flow):
    person.says("第一周")
    person.says("小明")
    assert services.stop_session(Session.objects.select_related("conversation").get())
    assert services.remind_and_expire(now=later(days=3)) == 0


def test_a_session_ends_at_its_limit_and_can_be_taken_up_again(application, person):
    make_flow(
        "请假",
        {"key": "days", "name": "天数", "text": "几天？", "slot": "days", "expire_after": 600},
        {"key": "why", "name": "原因", "text": "为什么？", "slot": "why"},
        expire_after=30,
        expire_text="时间到了。",
    )
    person.says("请假")
    person.says("3")
    assert services.remind_and_expire(now=later(minutes=29)) == 0
    assert services.remind_and_expire(now=later(minutes=31)) == 1
    assert person.read() == ["时间到了。"]
    assert Session.objects.get().status == Session.Status.EXPIRED
    assert person.says("继续") == ["为什么？"]
    assert Session.objects.get().ends_at > later(minutes=29)


def test_a_fact_of_the_member_decides(person, application):
    flow = draft(
        "报到",
        {"key": "where", "name": "在哪", "kind": "branch"},
        {"key": "else", "name": "别处", "kind": "end", "text": "请远程报到。"},
        {"key": "here", "name": "上海", "kind": "end", "text": "请到三楼报到。"},
    )
    here = flow.states.get(key="here")
    Transition.objects.create(
        state=flow.states.get(key="where"),
        test=Operator.FORMULA,
        value='member.city = "上海" and is_working_day("2026-11-25")',
        target=here,
    )
    services.publish(flow)
    assert person.says("报到") == ["请远程报到。"]
    set_facts(Session.objects.first().conversation.member, {"city": "上海"})
    assert person.says("报到") == ["请到三楼报到。"]


def test_a_copy_keeps_formulas_waits_and_limits(flow):
    Flow.objects.filter(pk=flow.pk).update(expire_after=99_999, expire_text="完。")
    flow.refresh_from_db()
    copy = services.duplicate_flow(flow)
    assert (copy.expire_after, copy.expire_text) == (99_999, "完。")
    waits = copy.states.get(key="wait")
    assert (waits.wait_for, waits.wait_unit) == (2, State.Unit.DAYS)
