"""Plans at the publication of a flow, or of its sub-flow, while members are in the sub-flow, also asleep there."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.flows import figures, publication
from conversations.models import Flow, MoveBatch, Session, SessionCaller, SessionPlan
from conversations.services import StateChoice
from conversations.sessions import moves, plans
from tests.conversations.support.nested_flows import make_contact, make_visit, published, with_steps

pytestmark = pytest.mark.django_db
Choice = SessionPlan.Choice


@pytest.fixture
def contact(application) -> Flow:
    return make_contact()


@pytest.fixture
def visit(contact) -> Flow:
    return published(make_visit(contact))


@pytest.fixture
def inside(person, visit) -> Session:
    """Somebody who is asked for a phone number in the sub-flow."""
    person.says("访客登记")
    person.says("王芳")
    return Session.objects.get()


def run_moves(now: datetime | None = None) -> None:
    for pk in MoveBatch.objects.values_list("pk", flat=True):
        moves.move_sessions(pk, now=now)


@pytest.mark.databases
def test_members_in_a_sub_flow_count_where_they_are_and_around_it(contact, visit, inside):
    inner = {one.state: one.count for one in plans.impacts(contact, publication.draft(contact))}
    outer = {one.state: (one.count, one.suggested) for one in plans.impacts(visit, publication.draft(visit))}
    assert (inner, outer) == ({"phone": 1}, {"contact": (1, "contact")})
    assert publication.sessions_by_state(visit) == {"contact": 1}
    visit.states.filter(key="contact").update(subflow=published(make_contact(name="别的")))
    # The answers of another flow would be taken over.
    assert plans.impacts(visit, publication.draft(visit))[0].suggested == ""


@pytest.mark.databases
def test_the_flow_around_a_sub_flow_moves_and_the_question_stays(person, visit, inside):
    visit.states.filter(key="right").update(text="是{{who}}吗？")
    choice = StateChoice(state="contact", choice=Choice.MOVE, target="contact")
    version = services.publish_planned(visit, plan=[choice]).version
    run_moves()
    assert (person.read(), SessionCaller.objects.get().version) == ([], version)
    person.says("13800138000")
    assert person.says("李雷")[-1].startswith("是李雷吗？")


def test_a_sub_flow_moves_under_the_flow_around_it(person, contact, inside):
    contact.states.filter(key="phone").update(text="手机号？")
    choice = StateChoice(state="phone", choice=Choice.MOVE, target="phone")
    version = services.publish_planned(contact, plan=[choice]).version
    run_moves()
    inside.refresh_from_db()
    assert (inside.version, inside.depth) == (version, 1)
    assert person.read()[-1] == "手机号？"
    person.says("13800138000")
    assert person.says("李雷")[-1].startswith("王芳找李雷？")


def test_a_date_for_the_flow_around_ends_the_session(person, visit, inside):
    until = timezone.now() + timedelta(minutes=1)
    visit.states.filter(key="bye").update(text="好。")
    services.publish_planned(visit, plan=[StateChoice(state="contact", choice=Choice.FINISH, finish_by=until)])
    run_moves(now=until + timedelta(seconds=1))
    inside.refresh_from_db()
    assert inside.status == "stopped"
    assert "访客" in person.read()[0]


@pytest.mark.databases
def test_numbers_of_the_flow_around_count_who_is_inside(person, contact, visit, inside):
    assert visit.live is not None
    assert contact.live is not None
    outer, inner = figures.of_version(visit.live), figures.of_version(contact.live)
    assert (outer.here, inner.here) == ({"contact": 1}, {"phone": 1})
    person.says("取消")
    outer, inner = figures.of_version(visit.live), figures.of_version(contact.live)
    assert (outer.gave_up, inner.gave_up) == ({"contact": 1}, {"phone": 1})


@pytest.fixture
def pause(application) -> Flow:
    """A sub-flow that waits for two days before it asks."""
    flow = Flow.objects.create(name="隔两天")
    wait = {"key": "wait", "kind": "wait", "text": "过两天再聊。", "wait_for": 2, "wait_unit": 1440}
    return published(with_steps(flow, wait, {"key": "how", "text": "怎么样？", "slot": "how"}))


@pytest.fixture
def asleep(person, pause) -> Session:
    """Somebody for whom the sub-flow waits."""
    flow = Flow.objects.create(name="回访", triggers="回访")
    run = {"key": "run", "kind": "subflow", "subflow": pause}
    published(with_steps(flow, run, {"key": "bye", "kind": "end", "text": "谢谢。"}))
    person.says("回访")
    return Session.objects.get(status="sleeping")


@pytest.mark.databases
def test_who_sleeps_in_a_subflow_wakes_in_the_new_version(person, pause, asleep):
    pause.states.filter(key="how").update(text="这两天顺利吗？")
    choice = StateChoice(state="wait", choice=Choice.MOVE, target="wait")
    done = services.publish_planned(pause, plan=[choice])
    assert [(one.state, one.count, one.suggested) for one in done.impacts] == [("wait", 1, "wait")]
    run_moves()
    due_at = asleep.due_at
    asleep.refresh_from_db()
    assert (asleep.version, asleep.status, asleep.due_at) == (done.version, "sleeping", due_at)
    assert person.read() == []
    services.remind_and_expire(now=timezone.now() + timedelta(days=2, minutes=1))
    assert person.read() == ["这两天顺利吗？"]
    assert person.says("顺利") == ["谢谢。"]


def test_the_flow_around_who_sleeps_moves_too(pause, asleep):
    outer = asleep.first_version.flow
    outer.states.filter(key="bye").update(text="好的，谢谢。")
    version = services.publish_planned(outer, plan=[StateChoice(state="run", choice=Choice.MOVE, target="run")]).version
    run_moves()
    asleep.refresh_from_db()
    assert (asleep.status, asleep.first_version) == ("sleeping", version)


def test_who_sleeps_is_told_before_the_date_and_ended_at_it(person, pause, asleep):
    until = timezone.now() + timedelta(days=1)
    choice = StateChoice(state="wait", choice=Choice.FINISH, finish_by=until, tell_hours=2)
    services.publish_planned(pause, plan=[choice])
    other = Flow.objects.create(name="订餐", triggers="订餐")
    published(with_steps(other, {"key": "what", "text": "吃什么？", "slot": "what"}))
    person.says("订餐")
    soon = until - timedelta(hours=2)
    run_moves(now=soon)
    assert person.read() == [], "another flow waits for an answer"
    person.says("面条")
    run_moves(now=soon + timedelta(minutes=2))
    (told,) = person.read()
    assert "回访" in told
    assert "正在等待" in told
    run_moves(now=until)
    asleep.refresh_from_db()
    assert asleep.status == "stopped"
    assert "回访" in person.read()[0]
