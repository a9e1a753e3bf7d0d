"""Series under a clock that moves: each member gets each step on its day, once."""

from datetime import date, time

import pytest

from scheduling import services
from scheduling.models import CampaignRun, Enrolment, EnrolmentStep
from tests.scheduling.support.campaigns import approve
from tests.scheduling.support.plain_messages import clock
from tests.scheduling.support.series import (
    NINE,
    add_step,
    enrolment,
    give_date,
    got,
    launch,
    make_series,
    run_days,
    sweep,
)
from tests.support import factories
from wecom.models import Member
from wecom.services import set_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(application):
    return factories.make_member(application, "wangfang", status="active")


@pytest.mark.databases
def test_ten_days_bring_the_messages_on_their_days(member):
    give_date(member, "2026-12-04")
    series = launch(-3, 0, 1, 3, 7, now="2026-11-30T12:00")
    run_days("2026-12-01", "2026-12-12")
    assert got(member) == [
        "12-01 09:00 day -3",
        "12-04 09:00 day 0",
        "12-05 09:00 day 1",
        "12-07 09:00 day 3",
        "12-11 09:00 day 7",
    ]
    assert (enrolment(member).status, enrolment(member).reason) == ("finished", "")
    assert CampaignRun.objects.filter(campaign__series=series).count() == 5
    series.refresh_from_db()
    assert series.state == "running"


def test_a_day_on_which_nobody_is_due_has_no_run(member):
    launch(0, 1, now="2026-11-30T12:00")
    run_days("2026-12-01", "2026-12-03")
    assert not CampaignRun.objects.exists()


def test_who_leaves_gets_nothing_more(member):
    give_date(member, "2026-12-04")
    launch(0, 1, 3, now="2026-11-30T12:00")
    run_days("2026-12-04", "2026-12-05")
    Member.objects.update(status="left")
    run_days("2026-12-06", "2026-12-08")
    assert got(member) == ["12-04 09:00 day 0", "12-05 09:00 day 1"]
    assert (enrolment(member).status, enrolment(member).reason) == ("stopped", "left")


@pytest.mark.databases
def test_a_corrected_date_moves_what_has_not_gone_out(member):
    give_date(member, "2026-12-04")
    launch(0, 1, now="2026-11-30T12:00")
    run_days("2026-12-01", "2026-12-02")
    give_date(member, "2026-12-08")
    run_days("2026-12-03", "2026-12-08")
    give_date(member, "2026-12-10")
    run_days("2026-12-09", "2026-12-12")
    assert got(member) == ["12-08 09:00 day 0", "12-11 09:00 day 1"]
    assert Enrolment.objects.count() == 1


@pytest.mark.databases
def test_a_correction_over_new_year_sends_no_step_twice(member):
    give_date(member, "2026-12-30")
    launch(0, now="2026-11-30T12:00")
    run_days("2026-12-30", "2026-12-31")
    give_date(member, "2027-01-04")
    run_days("2027-01-02", "2027-01-05")
    assert got(member) == ["12-30 09:00 day 0"]


@pytest.mark.databases
def test_a_new_contract_begins_the_series_anew(member):
    give_date(member, "2026-12-20", "contract_end")
    launch(-7, 0, fact="contract_end", now="2026-11-30T12:00")
    run_days("2026-12-13", "2026-12-14")
    give_date(member, "2027-12-20", "contract_end")
    run_days("2026-12-15", "2026-12-21")
    run_days("2027-12-13", "2027-12-20")
    assert got(member) == ["12-13 09:00 day -7", "12-13 09:00 day -7", "12-20 09:00 day 0"]
    first, second = Enrolment.objects.order_by("pk")
    assert (first.status, first.reason, second.status) == ("stopped", "other_date", "finished")


def test_a_date_that_was_removed_ends_the_series(member):
    give_date(member, "2026-12-04")
    launch(0, 1, now="2026-11-30T12:00")
    set_facts(member, {"start_date": None})
    run_days("2026-12-01", "2026-12-06")
    assert got(member) == []
    assert enrolment(member).reason == "no_date"


@pytest.mark.databases
def test_two_beats_and_a_third_one_begin_a_step_once(member):
    give_date(member, "2026-12-04")
    launch(0, now="2026-11-30T12:00")
    assert [sweep("2026-12-04T09:00:05") for _beat in range(3)] == [1, 0, 0]
    assert EnrolmentStep.objects.count() == 1


def test_a_step_is_on_time_though_dates_were_just_looked_at(member):
    launch(0, now="2026-11-30T12:00")
    sweep("2026-12-04T08:59:45")
    give_date(member, "2026-12-04")
    assert sweep("2026-12-04T09:00:00") == 1
    assert got(member) == ["12-04 09:00 day 0"]


@pytest.mark.databases
@pytest.mark.parametrize(
    ("late", "turns"),
    [
        ("skip", ["12-07 09:00 day 3"]),
        ("latest", ["12-06 15:00 day 1", "12-07 09:00 day 3"]),
        ("all", ["12-06 15:00 day 0", "12-06 15:00 day 1", "12-07 09:00 day 3"]),
    ],
)
def test_who_comes_late_gets_what_the_series_says(member, late, turns):
    launch(0, 1, 3, late=late, now="2026-11-30T12:00")
    give_date(member, "2026-12-04")
    sweep("2026-12-06T15:00:00")
    run_days("2026-12-07", "2026-12-08")
    assert got(member) == turns


def test_who_comes_after_the_last_day_is_not_taken_in(member):
    give_date(member, "2026-12-01")
    launch(0, 1, late="all", now="2026-12-03T12:00")
    assert not Enrolment.objects.exists()


def test_what_is_no_longer_valid_is_not_sent_late(member):
    launch(0, 1, valid_minutes=120, now="2026-11-30T12:00")
    give_date(member, "2026-12-04")
    sweep("2026-12-04T12:00:00")
    sweep("2026-12-05T10:30:00")
    assert [one[:5] for one in got(member)] == ["12-05"]
    assert CampaignRun.objects.get().expires_at == clock("2026-12-05T11:00")


def test_two_steps_of_one_day_go_at_their_times(member):
    give_date(member, "2026-12-04")
    launch((0, NINE), (0, time(18)), now="2026-11-30T12:00")
    run_days("2026-12-04", "2026-12-05", at=("09:00", "18:00"))
    assert got(member) == ["12-04 09:00 day 0", "12-04 18:00 day 0"]


def test_a_day_off_is_waited_out_where_the_series_says_so(member):
    give_date(member, "2026-09-30")
    launch(0, 1, 5, 8, days_off="wait", now="2026-09-01T12:00")
    run_days("2026-09-30", "2026-10-11")
    assert got(member) == [
        "09-30 09:00 day 0",
        "10-08 09:00 day 1",
        "10-08 09:00 day 5",
        "10-08 09:00 day 8",
    ]


@pytest.mark.databases
@pytest.mark.parametrize(("year", "day"), [(2027, "02-28"), (2028, "02-29")])
def test_a_birthday_on_leap_day_comes_every_year(member, year, day):
    give_date(member, "1992-02-29", "birthday")
    launch(0, fact="birthday", repeats_yearly=True, now=f"{year}-01-05T12:00")
    run_days(f"{year}-02-27", f"{year}-03-01")
    assert got(member) == [f"{day} 09:00 day 0"]
    assert enrolment(member).cycle == year


def test_each_year_has_its_own_birthday(member):
    give_date(member, "1988-12-05", "birthday")
    launch(-1, 0, fact="birthday", repeats_yearly=True, now="2026-11-30T12:00")
    run_days("2026-12-04", "2026-12-06")
    run_days("2027-12-04", "2027-12-06")
    turns = ["12-04 09:00 day -1", "12-05 09:00 day 0"]
    assert got(member) == [*turns, *turns]


@pytest.mark.databases
def test_a_rule_that_comes_true_ends_it(member):
    give_date(member, "2026-12-04")
    rule = {"op": "all", "rules": [{"subject": "fact:city", "test": "is", "value": "上海"}]}
    launch(0, 1, stop_rule=rule, now="2026-11-30T12:00")
    run_days("2026-12-04", "2026-12-04")
    set_facts(member, {"city": "上海"})
    run_days("2026-12-05", "2026-12-06")
    assert got(member) == ["12-04 09:00 day 0"]
    assert enrolment(member).reason == "rule"


def test_who_is_no_longer_in_the_audience_is_out(application, member):
    place = factories.make_department(application, number=7)
    member.departments.add(place)
    give_date(member, "2026-12-04")
    launch(0, 1, audience={"departments": [7]}, now="2026-11-30T12:00")
    run_days("2026-12-04", "2026-12-04")
    member.departments.clear()
    run_days("2026-12-05", "2026-12-06")
    assert got(member) == ["12-04 09:00 day 0"]
    assert enrolment(member).reason == "audience"


@pytest.mark.databases
def test_a_cap_leaves_out_what_is_too_much_and_says_so(application, member):
    give_date(member, "2026-12-04")
    factories.make_sending_policy(application, daily_cap=1)
    launch((0, NINE), (0, time(18)), now="2026-11-30T12:00")
    run_days("2026-12-04", "2026-12-04", at=("09:00", "18:00"))
    assert got(member) == ["12-04 09:00 day 0", "12-04 18:00 day 0 cap"]


def test_a_step_that_is_added_later_reaches_those_whose_day_it_is(member):
    give_date(member, "2026-12-04")
    series = launch(0, 3, now="2026-11-30T12:00")
    run_days("2026-12-04", "2026-12-04")
    services.pause_mailing(series)
    add_step(series, 2)
    series.refresh_from_db()
    assert series.state == "draft"
    services.start_series(approve(series), now=clock("2026-12-05T10:00"))
    run_days("2026-12-05", "2026-12-08")
    assert got(member) == ["12-04 09:00 day 0", "12-06 09:00 day 2", "12-07 09:00 day 3"]


def test_a_pause_over_a_day_sends_what_was_missed_once(member):
    give_date(member, "2026-12-04")
    series = launch(0, 1, 3, now="2026-11-30T12:00")
    run_days("2026-12-04", "2026-12-04")
    services.pause_mailing(series, now=clock("2026-12-04T19:00"))
    run_days("2026-12-05", "2026-12-05")
    services.resume_mailing(series, now=clock("2026-12-06T10:00"))
    run_days("2026-12-06", "2026-12-08")
    assert got(member) == ["12-04 09:00 day 0", "12-06 10:00 day 1", "12-07 09:00 day 3"]


def test_rules_that_name_what_is_gone_pause_it_and_send_nothing(member):
    give_date(member, "2026-12-04")
    series = launch(0, audience={"everyone": True, "exclude": {"members": ["lisi"]}}, now="2026-11-30T12:00")
    type(series).objects.update(audience={"segments": [404]}, swept_at=None)
    sweep("2026-12-04T09:00:05")
    series.refresh_from_db()
    assert (series.state, series.reason) == ("paused", "not_approved")
    assert got(member) == []


def test_a_series_with_a_last_day_ends_with_its_last_member(member):
    give_date(member, "2026-12-04")
    series = launch(0, 3, ends_on=date(2026, 12, 5), now="2026-11-30T12:00")
    run_days("2026-12-04", "2026-12-07")
    assert got(member) == ["12-04 09:00 day 0", "12-07 09:00 day 3"]
    CampaignRun.objects.update(ended_at=clock("2026-12-07T09:01"))
    sweep("2026-12-07T09:10:00")
    series.refresh_from_db()
    assert series.state == "finished"


@pytest.mark.databases
def test_how_many_are_due_on_a_day_is_known_ahead(application, member):
    give_date(member, "2026-12-04")
    later = factories.make_member(application, "lisi", status="active")
    give_date(later, "2026-12-07")
    series = make_series(0, 3)
    day = services.due_on(series, clock("2026-12-07T12:00").date(), now=clock("2026-11-30T12:00"))
    assert {step.day: count for step, count in day.items()} == {0: 1, 3: 1}
    services.start_series(approve(series), now=clock("2026-11-30T12:00"))
    run_days("2026-12-04", "2026-12-07")
    after = services.due_on(series, clock("2026-12-07T12:00").date(), now=clock("2026-12-09T12:00"))
    assert {step.day: count for step, count in after.items()} == {0: 1, 3: 1}
