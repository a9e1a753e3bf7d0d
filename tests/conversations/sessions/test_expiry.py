"""Sessions in which a member is silent: reminders, expiry, and late answers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations import services
from conversations.models import Session
from tests.conversations.support.person import Person
from tests.conversations.support.video_flows import CARD, session_of
from tests.support import factories
from wecom.models import Callback

pytestmark = pytest.mark.django_db


def test_after_a_reminder_continue_answers_the_reminder(person, flow):
    person.says("制作视频")
    services.remind_and_expire(now=timezone.now() + timedelta(minutes=11))
    person.read()
    assert person.says("继续") == ["请发送视频文本。"]


@pytest.mark.databases
def test_silence_is_reminded_of_once_and_then_ends(person, flow):
    person.says("制作视频")
    begun = session_of(person).asked_at
    assert services.remind_and_expire(now=begun + timedelta(minutes=9)) == 0
    assert services.remind_and_expire(now=begun + timedelta(minutes=10)) == 1
    assert services.remind_and_expire(now=begun + timedelta(minutes=11)) == 0
    assert person.read() == ["你还在吗？“制作视频”在等你的回答。发送“取消”可以退出。"]
    assert services.remind_and_expire(now=begun + timedelta(minutes=60)) == 1
    assert person.read() == ["“制作视频”因为没有收到回答已结束。发送“继续”接着来，或发送“重新开始”。"]
    assert session_of(person).status == Session.Status.EXPIRED
    assert services.remind_and_expire(now=begun + timedelta(hours=9)) == 0


@pytest.mark.databases
@pytest.mark.parametrize("broken", [{"slots": ["欢迎词"]}, {"path": 5}])
def test_a_session_that_cannot_be_stepped_delays_no_other(person, flow, caplog, broken):
    person.says("制作视频")
    first = session_of(person)
    other = Person(person.application, "lisi")
    other.says("制作视频")
    due = session_of(other).due_at
    Session.objects.filter(pk=first.pk).update(due_at=due - timedelta(minutes=1), **broken)
    assert services.remind_and_expire(now=due) == 1
    assert len(other.read()) == 1
    assert "欢迎" not in caplog.text
    first.refresh_from_db()
    assert first.due_at > due
    assert services.remind_and_expire(now=due) == 0
    Session.objects.filter(pk=first.pk).update(slots={}, path=[])  # mended
    assert services.remind_and_expire(now=first.due_at) == 1


def test_reminders_of_one_moment_share_what_they_read(person, flow):
    people = [person, *(Person(person.application, f"person{number}") for number in range(5))]
    for one in people:
        one.says("制作视频")
    first, *_others, last = Session.objects.order_by("due_at").values_list("due_at", flat=True)
    with CaptureQueriesContext(connection) as alone:
        assert services.remind_and_expire(now=first) == 1
    with CaptureQueriesContext(connection) as together:
        assert services.remind_and_expire(now=last) == 5
    assert all(len(one.read()) == 1 for one in people)
    shared = 7  # the search, the transaction, the locks, and who is due, has written or talks with a person
    assert len(together) - shared <= 5 * (len(alone) - shared)


def test_after_an_outage_nobody_is_reminded_and_ended_in_one_breath(person, flow):
    person.says("制作视频")
    services.remind_and_expire(now=session_of(person).asked_at + timedelta(hours=3))
    assert len(person.read()) == 1


def test_an_expired_session_goes_on_where_it_was(person, flow):
    person.says("制作视频")
    person.says("欢迎加入！")
    services.remind_and_expire(now=session_of(person).asked_at + timedelta(hours=2))
    person.read()
    assert person.says("继续") == [CARD]
    assert person.taps("lipsync")[-1] == "做好就发给你。"
    assert Session.objects.count() == 1


@pytest.mark.databases
@pytest.mark.parametrize(("hours", "goes_on"), [(167, True), (169, False)])
def test_an_expired_session_can_go_on_for_seven_days(person, flow, hours, goes_on):
    person.says("制作视频")
    person.says("欢迎加入！")
    services.remind_and_expire(now=session_of(person).asked_at + timedelta(hours=2))
    person.read()
    Session.objects.update(finished_at=timezone.now() - timedelta(hours=hours))
    assert (person.says("继续") == [CARD]) is goes_on


def test_an_answer_that_came_in_time_counts_however_late_it_is_handled(person, flow):
    person.says("制作视频")
    session = session_of(person)
    factories.make_callback(person.application, from_user_id="zhangsan", order_key="x")
    assert services.remind_and_expire(now=session.asked_at + timedelta(hours=2)) == 0
    Callback.objects.filter(order_key="x").update(status=Callback.Status.DONE)
    assert services.remind_and_expire(now=session.asked_at + timedelta(hours=2)) == 1


def test_a_late_answer_ends_the_session_first(person, flow):
    person.says("制作视频")
    Session.objects.update(asked_at=timezone.now() - timedelta(hours=2))
    ended, answer = person.says("你好")
    assert "已结束" in ended
    assert answer == "你好！今天想了解什么？"
