"""A series is rehearsed as it will run: dates of joining that lie ahead, leavers, caps and holidays."""

from datetime import date, datetime, time

import pytest

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import CalendarDay, Enrolment, SendingPolicy
from scheduling.rehearsal.stored_results import read, write
from tests.scheduling.support import campaigns
from tests.scheduling.support.campaigns import approve
from tests.scheduling.support.lived_days import DAYS, NOW, live_through, what_happened, what_was_told
from tests.scheduling.support.plain_messages import SHANGHAI
from tests.scheduling.support.series import make_series
from tests.support import factories
from wecom.models import Member
from wecom.services import set_facts

pytestmark = pytest.mark.django_db
YEAR_END = datetime(2098, 12, 30, 8, tzinfo=SHANGHAI)

START = {
    "early": "2026-09-25",
    "soon": "2026-10-01",
    "later": "2026-10-08",
    "quitter": "2026-10-06",
    "old": "2019-01-01",
}


@pytest.fixture
def company(application):
    CalendarDay.objects.filter(corporation=application.corporation).delete()
    for day in range(1, 8):
        CalendarDay.objects.create(corporation=application.corporation, date=date(2026, 10, day))
    SendingPolicy.objects.create(corporation=application.corporation, daily_cap=1)
    for user_id, day in {**START, "old": "2019-01-01"}.items():
        set_facts(factories.make_member(application, user_id, status="active"), {"start_date": day})
    return application


def test_the_list_equals_what_then_happens(company):
    every = {"repeats": "cron", "cron": "0 8 * * 5", "time_zone": "Asia/Shanghai"}
    campaigns.launch("周五", name="周五", now=NOW, **every)
    series = make_series(0, 1, (1, time(12)), 3, days_off="wait", late="latest")
    leavers = {"quitter": date(2026, 10, 8)}
    told = services.rehearse(series, days=DAYS, leavers=leavers, now=NOW)
    assert not Enrolment.objects.exists()
    services.start_series(approve(series), now=NOW)
    live_through(told.ends, leavers)
    happened = what_happened()
    assert what_was_told(told) == happened
    assert {reason for *_who, reason in happened} == {"", "cap"}
    steps = {(user_id, name) for user_id, _at, name, status, _reason in happened if status == "sent"}
    assert {("later", "第0天"), ("soon", "第0天")} <= steps
    assert ("quitter", "第3天") not in steps
    assert {line.member.user_id: line.last_day for line in told.timelines if line.last_day} == leavers
    assert "old" not in {user_id for user_id, name in steps if name != "周五"}


@pytest.mark.thorough
def test_in_each_members_own_time_the_list_equals_what_happens(company):
    for user_id, zone in {"early": "Asia/Tokyo", "soon": "Asia/Karachi", "quitter": "Asia/Taipei"}.items():
        set_facts(Member.objects.get(user_id=user_id), {"time_zone": zone})
    series = make_series(0, 3, (4, time(12)), in_member_zone=True, late="latest", time_zone="Asia/Shanghai")
    told = services.rehearse(series, days=7, now=NOW)
    services.start_series(approve(series), now=NOW)
    live_through(told.ends, {})
    happened = what_happened()
    assert what_was_told(told) == happened
    hours = {(user_id, at[-5:]) for user_id, at, name, *_rest in happened if name == "第0天"}
    assert ("soon", "04:00") in hours  # 9:00 in Karachi, in UTC
    assert ("early", "03:00") in {(user_id, at[-5:]) for user_id, at, name, *_rest in happened if name == "第4天"}


def test_a_step_is_named_by_its_series_and_its_day(company):
    told = services.rehearse(make_series(-1, 0), days=DAYS, now=NOW, cohort={"members": ["later"]})
    names = [one.name for line in told.timelines for one in line.occasions]
    assert names == ["入职 · day −1", "入职 · day 0"]
    assert all(one.is_own for line in told.timelines for one in line.occasions)


def test_members_who_come_in_equal_what_then_happens(company):
    series = make_series(0, (1, time(12)), 3, anchor="api")
    joiners = {"soon": date(2026, 10, 1), "later": date(2026, 10, 5)}
    told = services.rehearse(series, days=DAYS, joiners=joiners, now=NOW)
    assert not Enrolment.objects.exists()
    services.start_series(approve(series), now=NOW)
    live_through(told.ends, {}, events=lambda now: [services.enrol(series, one, now=now) for one in due(joiners, now)])
    assert what_was_told(told) == what_happened()
    assert {user_id for user_id, *_rest in what_was_told(told)} == set(joiners)


def due(joiners, now):
    local = now.astimezone(SHANGHAI)
    return [user_id for user_id, day in joiners.items() if (local.date(), local.time()) == (day, time(9))]


@pytest.fixture
def year_end(company):
    """2098 is known in full, 2099 is not."""
    CalendarDay.objects.create(corporation=company.corporation, date=date(2098, 10, 1), source="list")
    return {"days": 4, "now": YEAR_END, "cohort": {"members": ["old"]}}


def test_a_series_says_from_when_it_counts_unknown_days(year_end):
    told = services.rehearse(make_series(0, days_off="wait", name="入职"), **year_end)
    (doubt,) = told.days_unknown
    assert (doubt.name, doubt.year, doubt.stops) == ("入职", 2099, False)
    assert doubt.at.astimezone(SHANGHAI).isoformat() == "2099-01-01T00:00:00+08:00"
    assert "Monday to Friday" in doubt.words
    assert read(write(told)).days_unknown == told.days_unknown


def test_series_that_count_no_unknown_days_say_nothing(year_end):
    assert services.rehearse(make_series(0), **year_end).days_unknown == ()
    waits = make_series(0, days_off="wait")
    assert services.rehearse(waits, **{**year_end, "days": 2}).days_unknown == ()


def test_what_else_goes_out_says_its_unknown_days_too(year_end):
    campaigns.launch("早", name="早安", now=YEAR_END, repeats="cron", cron="0 9 * * *", days="working")
    services.start_series(approve(make_series(0, days_off="wait", name="试用")), now=YEAR_END)
    other = make_series(0, name="别的")
    told = services.rehearse(other, **year_end)
    assert [(one.name, one.stops) for one in told.days_unknown] == [("试用", False), ("早安", True)]
    assert services.rehearse(other, **year_end, others=False).days_unknown == ()


def test_who_is_not_taken_in_is_named(company):
    series = make_series(0, anchor="api", audience={"members": ["soon"]})
    told = services.rehearse(series, days=DAYS, joiners={"later": date(2026, 10, 5)}, now=NOW)
    assert [one.name for one in told.dropped] == ["later"]


@pytest.mark.parametrize(
    ("fields", "day", "code"),
    [({"anchor": "fact"}, date(2026, 10, 1), "joiners"), ({"anchor": "api"}, date(2026, 9, 1), "joiner_day")],
)
def test_members_who_cannot_come_in_say_why(company, fields, day, code):
    with pytest.raises(SchedulingError) as refused:
        services.rehearse(make_series(0, **fields), days=DAYS, joiners={"soon": day}, now=NOW)
    assert (refused.value.code, refused.value.field) == (code, "joiners")
