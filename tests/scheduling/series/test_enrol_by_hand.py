"""Members come into a series by an event, by REST and by hand, each once; and are stopped one by one."""

from datetime import date, time, timedelta

import pytest

from conversations.models import Session
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Enrolment
from tests.scheduling.support.campaigns import approve
from tests.scheduling.support.plain_messages import clock
from tests.scheduling.support.series import NINE, add_step, got, launch, make_series, run_days, sweep
from tests.support import factories
from tests.support.model_rows import filled, make_message
from wecom.models import Membership

pytestmark = pytest.mark.django_db
AT_ONCE = (0, None)
NOON = "2026-12-01T12:00"


@pytest.fixture
def member(application):
    return factories.make_member(application, "wangfang", status="active")


def refused(step, *args, **options) -> str:
    with pytest.raises(SchedulingError) as caught:
        step(*args, **options)
    assert caught.value.remedy
    return caught.value.code


def join(member, place, at: str):
    return Membership.objects.create(member=member, department=place, joined_at=clock(at))


@pytest.mark.databases
def test_joining_a_department_starts_it_at_once_and_once(application, member):
    place, below = factories.make_department(application, 7), factories.make_department(application, 8, parent_number=7)
    launch(AT_ONCE, (1, NINE), anchor="department", departments=[7], now=NOON)
    join(member, below, "2026-12-02T14:30:00")
    run_days("2026-12-02", "2026-12-02", at=("14:30",))
    join(member, place, "2026-12-02T15:00:00")
    run_days("2026-12-02", "2026-12-04", at=("09:00", "15:10"))
    assert [one[:11] for one in got(member)] == ["12-02 14:30", "12-03 09:00"]
    assert Enrolment.objects.count() == 1


@pytest.mark.databases
def test_who_was_there_before_does_not_join(application, member):
    place = factories.make_department(application, 7)
    early = factories.make_member(application, "lisi", status="active")
    join(member, place, "2026-11-30T12:00:00")
    Membership.objects.create(member=early, department=place, joined_at=None)
    launch(AT_ONCE, anchor="department", departments=[7], now=NOON)
    sweep("2026-12-01T12:05:00")
    assert not Enrolment.objects.exists()


@pytest.mark.databases
def test_an_outage_of_an_hour_loses_no_event(application, member):
    place = factories.make_department(application, 7)
    launch(AT_ONCE, (1, NINE), anchor="department", departments=[7], now=NOON)
    join(member, place, "2026-12-02T14:30:00")
    sweep("2026-12-02T15:30:00")
    assert [one[:11] for one in got(member)] == ["12-02 15:30"]


def test_a_finished_flow_starts_it(application, member):
    talk = filled(Session, status="completed", finished_at=clock("2026-12-02T10:00"))
    talk.conversation.application, talk.conversation.member = application, member
    talk.conversation.save()
    launch(AT_ONCE, anchor="flow", flow=talk.version.flow, now=NOON)
    sweep("2026-12-02T10:00:05")
    assert [one[:11] for one in got(member)] == ["12-02 10:00"]


@pytest.mark.databases
def test_the_api_adds_a_member_once(application, member):
    series = launch(AT_ONCE, (1, NINE), anchor="api", now=NOON)
    now = clock("2026-12-02T10:00")
    first, fresh = services.enrol(series, "WangFang", source=Enrolment.Source.API, now=now)
    again, repeated = services.enrol(series, "wangfang", source=Enrolment.Source.API, now=now + timedelta(hours=1))
    assert (fresh, repeated, first) == (True, False, again)
    assert [one[:11] for one in got(member)] == ["12-02 10:00"]
    (ahead,) = services.steps_ahead(series, first, now=now)
    assert (ahead.step.day, ahead.at) == (1, clock("2026-12-03T09:00"))


def test_a_member_is_added_by_hand_from_a_day_of_their_own(application, member):
    series = launch(0, 3, now=NOON)
    services.enrol(series, "wangfang", on=date(2026, 12, 5), now=clock("2026-12-02T10:00"))
    run_days("2026-12-05", "2026-12-08")
    assert got(member) == ["12-05 09:00 day 0", "12-08 09:00 day 3"]


@pytest.mark.parametrize(
    ("user_id", "on", "code"),
    [("nobody", None, "member_unknown"), ("lisi", None, "not_in_audience"), ("wangfang", date(2026, 11, 1), "passed")],
)
def test_who_cannot_be_added_is_told_why(application, member, user_id, on, code):
    factories.make_member(application, "lisi", status="active")
    series = launch(0, audience={"members": ["wangfang"]}, now=NOON)
    assert refused(services.enrol, series, user_id, on=on, now=clock("2026-12-02T10:00")) == code


def test_a_series_that_does_not_run_takes_nobody_in(application, member):
    assert refused(services.enrol, approve(make_series(0)), "wangfang") == "series_state"


def test_a_person_stops_one_member_with_a_note(application, member):
    series = launch(0, 3, now=NOON)
    row, _fresh = services.enrol(series, "wangfang", on=date(2026, 12, 2), now=clock("2026-12-02T08:00"))
    sweep("2026-12-02T09:00:05")
    services.stop_member(row, note="调岗了", now=clock("2026-12-03T08:00"))
    run_days("2026-12-05", "2026-12-05")
    assert got(member) == ["12-02 09:00 day 0"]
    row.refresh_from_db()
    assert (row.status, row.reason, row.note) == ("stopped", "person", "调岗了")
    assert refused(services.stop_member, row) == "enrolment_ended"
    assert services.enrol(series, "wangfang", on=date(2026, 12, 4), now=clock("2026-12-03T09:00")) == (row, False)


def test_a_reply_ends_it(application, member):
    series = launch(0, 3, stops_on_reply=True, now=NOON)
    services.enrol(series, "wangfang", on=date(2026, 12, 2), now=clock("2026-12-02T08:00"))
    make_message(application, member=member, direction="in", created_at=clock("2026-12-02T08:30"))
    sweep("2026-12-02T09:00:05")
    make_message(application, member=member, direction="in", created_at=clock("2026-12-03T08:30"))
    run_days("2026-12-04", "2026-12-05")
    assert got(member) == ["12-02 09:00 day 0"]
    assert Enrolment.objects.get().reason == "replied"


def test_a_finished_flow_ends_it(application, member):
    talk = filled(Session, status="completed", finished_at=clock("2026-12-03T10:00"))
    talk.conversation.application, talk.conversation.member = application, member
    talk.conversation.save()
    series = launch(0, 3, stop_flow=talk.version.flow, now=NOON)
    services.enrol(series, "wangfang", on=date(2026, 12, 2), now=clock("2026-12-02T08:00"))
    run_days("2026-12-02", "2026-12-05")
    assert got(member) == ["12-02 09:00 day 0"]
    assert Enrolment.objects.get().reason == "flow"


def test_a_step_at_once_and_one_of_the_same_day_both_go(application, member):
    series = make_series(AT_ONCE, anchor="api")
    add_step(series, 0, time(18))
    services.start_series(approve(series), now=clock(NOON))
    services.enrol(series, "wangfang", now=clock("2026-12-02T10:00"))
    run_days("2026-12-02", "2026-12-02", at=("18:00",))
    assert [one[:11] for one in got(member)] == ["12-02 10:00", "12-02 18:00"]
