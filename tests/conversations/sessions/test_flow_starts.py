"""Flows that wait for their moment: of members who join a department, and of events that meet an open question."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.models import Conversation, Flow, FlowStart, Session
from tests.support import factories
from wecom.models import Department, Membership

pytestmark = pytest.mark.django_db
NOON = timezone.make_aware(datetime(2026, 11, 25, 12, 0))


@pytest.fixture
def sales(application) -> Department:
    return Department.objects.create(corporation=application.corporation, number=2, name="销售部")


@pytest.fixture
def flow(sales) -> Flow:
    flow = factories.make_flow(triggers="欢迎销售")
    flow.departments.add(sales)
    services.publish(flow)
    return flow


def joins(person, department: Department, *, ago: timedelta = timedelta(minutes=5)) -> None:
    member = factories.make_member(person.application, person.user_id)
    Membership.objects.create(member=member, department=department, joined_at=NOON - ago)


def statuses() -> list[str]:
    return list(FlowStart.objects.order_by("pk").values_list("status", flat=True))


@pytest.mark.databases
def test_whoever_joins_a_department_or_one_below_gets_its_flow_once(person, flow, sales):
    team = Department.objects.create(corporation=sales.corporation, number=7, parent_number=2, name="华东组")
    joins(person, team)
    assert services.start_for_joined(now=NOON) == 1
    assert person.read() == ["请发送视频文本。"]
    assert services.start_for_joined(now=NOON + timedelta(hours=2)) == 0
    assert FlowStart.objects.get().session == Session.objects.get()


@pytest.mark.databases
def test_who_was_there_before_is_left_alone(person, flow, sales):
    joins(person, sales, ago=timedelta(days=2))
    assert services.start_for_joined(now=NOON) == 0
    Membership.objects.update(joined_at=None)
    assert (services.start_for_joined(now=NOON), statuses()) == (0, [])


def test_at_night_the_start_waits_for_the_day(person, flow, sales):
    joins(person, sales)
    assert services.start_for_joined(now=NOON + timedelta(hours=10)) == 0
    assert statuses() == ["waiting"]
    assert services.start_for_joined(now=NOON + timedelta(hours=21)) == 1


def test_the_start_waits_while_a_question_is_open_and_for_its_rest(person, flow, sales):
    other = factories.make_flow(triggers="别的")
    services.publish(other)
    joins(person, sales)
    now = timezone.now()
    noon = timezone.localtime(now).replace(hour=12, minute=0)
    Membership.objects.update(joined_at=noon)
    person.says("别的")
    Session.objects.update(asked_at=noon)
    assert services.start_for_joined(now=noon + timedelta(minutes=20)) == 0
    assert [session.version.flow for session in Session.objects.all()] == [other]
    assert services.start_for_joined(now=noon + timedelta(minutes=31)) == 1
    assert sorted(Session.objects.values_list("status", flat=True)) == ["active", "interrupted"]


@pytest.mark.parametrize("change", [{"enabled": False}, {"live": None}])
def test_a_flow_that_does_not_run_any_more_is_not_started(person, flow, sales, change):
    joins(person, sales)
    services.start_for_joined(now=NOON + timedelta(hours=10))
    Flow.objects.filter(pk=flow.pk).update(**change)
    assert services.start_for_joined(now=NOON + timedelta(hours=21)) == 0
    assert statuses() == ["dropped"]


def test_a_welcome_that_comes_a_week_late_is_dropped(person, flow, sales):
    joins(person, sales)
    services.start_for_joined(now=NOON + timedelta(hours=10))
    assert services.start_for_joined(now=NOON + timedelta(days=8)) == 0
    assert (statuses(), Session.objects.count()) == (["dropped"], 0)


@pytest.mark.databases
def test_the_flow_of_an_event_waits_once_for_the_open_question(person):
    other, welcome = factories.make_flow(triggers="别的"), factories.make_flow(event="enter_agent")
    for flow in (other, welcome):
        services.publish(flow)
    person.says("别的")
    assert (person.does("enter_agent"), statuses()) == ([], ["waiting"])
    Conversation.objects.update(greeted_at=None)
    assert (person.does("enter_agent"), statuses()) == ([], ["waiting"])
    noon = timezone.localtime().replace(hour=12, minute=0) + timedelta(days=1)
    Session.objects.update(asked_at=noon - timedelta(minutes=20))
    assert services.start_for_joined(now=noon) == 0
    person.says("取消")
    assert (services.start_for_joined(now=noon + timedelta(minutes=2)), statuses()) == (1, ["started"])
    assert Session.objects.active().get().version.flow == welcome
