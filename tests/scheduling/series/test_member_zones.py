"""Steps in each member's own time: 9:00 is nine o'clock where the member is."""

from datetime import date, time

import pytest

from scheduling import services
from scheduling.models import Batch, CampaignRun, Enrolment, SendingPolicy
from scheduling.series import approved_series
from tests.scheduling.support.plain_messages import clock
from tests.scheduling.support.series import NINE, enrolment, give_date, got, launch, make_series, run_days, sweep
from tests.support import factories
from wecom.models import Membership
from wecom.services import set_facts

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

OWN = {"in_member_zone": True, "time_zone": "Asia/Shanghai"}


@pytest.fixture
def world(application):
    """Members in Tokyo, in Shanghai, in one more zone with its clock, in New York, and one whose zone is unknown."""
    zones = {"sato": "Asia/Tokyo", "wang": "Asia/Shanghai", "lim": "Asia/Taipei", "smith": "America/New_York", "li": ""}
    members = {name: factories.make_member(application, name, status="active") for name in zones}
    for name, zone in zones.items():
        give_date(members[name], "2026-12-04")
        if zone:
            set_facts(members[name], {"time_zone": zone})
    return members


def test_each_member_gets_a_step_by_their_own_clock(world):
    launch(0, now="2026-12-01T12:00", **OWN)
    run_days("2026-12-03", "2026-12-05", at=("08:00", "09:00", "22:00"))
    assert {name: got(member) for name, member in world.items()} == {
        "sato": ["12-04 08:00 day 0"],
        "wang": ["12-04 09:00 day 0"],
        "lim": ["12-04 09:00 day 0"],
        "li": ["12-04 09:00 day 0"],
        "smith": ["12-04 22:00 day 0"],
    }
    assert CampaignRun.objects.count() == 3
    assert set(Enrolment.objects.values_list("status", flat=True)) == {"finished"}


def test_without_the_choice_all_go_by_the_clock_of_the_series(world):
    launch(0, now="2026-12-01T12:00", time_zone="Asia/Shanghai")
    run_days("2026-12-03", "2026-12-05", at=("08:00", "09:00", "22:00"))
    assert {one for member in world.values() for one in got(member)} == {"12-04 09:00 day 0"}


def test_quiet_hours_are_those_of_the_member(world, application):
    SendingPolicy.objects.create(corporation=application.corporation, quiet_from=time(21), quiet_until=time(8))
    launch((0, time(7, 30)), now="2026-12-01T12:00", **OWN)
    run_days("2026-12-04", "2026-12-04", at=("06:30",))
    batch = Batch.objects.get()
    assert (batch.zone, batch.reason, batch.due_at) == ("Asia/Tokyo", "quiet", clock("2026-12-04T07:00"))


def test_who_comes_late_in_two_zones_gets_the_step_once(world):
    launch(0, now="2026-12-04T23:30", late="latest", valid_minutes=1440, **OWN)
    sweep("2026-12-04T23:31")
    sweep("2026-12-05T23:31")
    turns = {name: got(member) for name, member in world.items()}
    assert {name: len(one) for name, one in turns.items()} == dict.fromkeys(world, 1)
    assert turns["smith"] == ["12-04 23:30 day 0"]


def test_day_0_of_an_event_is_the_day_where_the_member_is(application):
    department = factories.make_department(application, 7)
    members = {name: factories.make_member(application, name, status="active") for name in ("smith", "wang")}
    set_facts(members["smith"], {"time_zone": "America/New_York"})
    launch(1, anchor="department", departments=[7], now="2026-12-01T12:00", **OWN)
    for member in members.values():
        Membership.objects.create(department=department, member=member, joined_at=clock("2026-12-02T09:30"))
    sweep("2026-12-02T09:31")
    days = {name: enrolment(member).anchor_on for name, member in members.items()}
    assert days == {"wang": date(2026, 12, 2), "smith": date(2026, 12, 1)}
    row = enrolment(members["smith"])
    (ahead,) = services.steps_ahead(row.series, row, now=clock("2026-12-02T09:31"))
    assert (ahead.zone.key, ahead.at) == ("America/New_York", clock("2026-12-02T22:00"))


def test_the_next_step_of_a_list_is_by_the_clock_of_each(world):
    launch(0, now="2026-12-01T12:00", **OWN)
    rows = list(Enrolment.objects.select_related("series__application", "member"))
    ahead = services.next_steps(rows, now=clock("2026-12-02T12:00"))
    moments = {row.member.user_id: ahead[row.pk].at for row in rows}
    assert (moments["sato"], moments["smith"]) == (clock("2026-12-04T08:00"), clock("2026-12-04T22:00"))


def test_how_many_get_a_step_counts_each_by_their_own_day(world):
    series = launch((0, time(18)), now="2026-12-01T12:00", **OWN)
    (step,) = series.steps.all()
    day = date(2026, 12, 4)
    assert services.due_on(series, day, now=clock("2026-12-03T12:00")) == {step: 5}
    run_days("2026-12-04", "2026-12-05", at=("07:00", "17:00", "18:00"))
    assert services.due_on(series, day, now=clock("2026-12-06T12:00")) == {step: 5}
    assert services.due_on(series, date(2026, 12, 5), now=clock("2026-12-06T12:00")) == {}


def test_the_choice_is_approved_and_an_approval_from_before_it_holds(application):
    series = make_series(0)
    before = approved_series.digest(series)
    series.in_member_zone = True
    services.save_series(series)
    after = approved_series.describe(series)
    assert after["rule"]["in_member_zone"] is True
    assert approved_series.digest(series) != before
    (changed,) = (one for one in after["steps"].values())
    assert (series.steps.get().in_member_zone, changed["time"]["in_member_zone"]) == (True, False)
    series.in_member_zone = False
    assert approved_series.digest(services.save_series(series)) == before


def test_a_step_that_is_added_goes_by_the_clock_of_its_series(application):
    series = make_series((0, NINE), **OWN)
    assert series.steps.get().in_member_zone
