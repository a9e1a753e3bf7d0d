"""Ends, to the minute and to the day: of campaigns, series, send windows, quiet hours and messages."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduling import services
from scheduling.campaigns import moments
from scheduling.campaigns.hours.quiet_hours import SendHours, SendWindow
from scheduling.campaigns.sending_policy import Policy
from scheduling.exceptions import SchedulingError
from scheduling.models import Batch, Campaign, Series
from tests.scheduling.support.campaigns import launch as launch_campaign
from tests.scheduling.support.campaigns import outcomes, work
from tests.scheduling.support.plain_messages import SHANGHAI, clock
from tests.scheduling.support.series import give_date, got, launch, run_days, sweep
from tests.support import factories

LAST = date(2026, 12, 4)
DAILY = {"repeats": "cron", "cron": "30 23 * * *"}
NIGHT = Policy(quiet_from=time(21), quiet_until=time(8))
NOON = Policy(quiet_from=time(12), quiet_until=time(14))
OFFICE = SendWindow(opens=time(9), closes=time(18))
SHIFT = SendWindow(opens=time(22), closes=time(2), weekdays=frozenset({5}))  # of Fridays
SECOND = timedelta(seconds=1)


@pytest.fixture
def member(application):
    return factories.make_member(application, "wangfang", status="active")


@pytest.mark.parametrize(
    ("zone", "last"),
    # 23:30 in Los Angeles is 15:30 of the next day in Shanghai: the day is that of the campaign's own clock.
    [("Asia/Shanghai", "2026-12-04T23:30"), ("America/Los_Angeles", "2026-12-05T15:30")],
)
def test_a_campaign_goes_out_on_its_last_day_and_not_after(zone, last):
    campaign = Campaign(ends_on=LAST, time_zone=zone, missed="once", **DAILY)
    campaign.watched_from = clock(last) - timedelta(hours=1)
    assert moments.next_moment(campaign, clock(last) - SECOND) == clock(last)
    assert moments.due_moment(campaign, clock(last)) == clock(last)
    assert moments.next_moment(campaign, clock(last)) is None
    assert moments.next_moment(campaign, clock(last) + SECOND) is None


@pytest.mark.django_db
def test_a_series_takes_members_in_on_its_last_day(application, member):
    late = factories.make_member(application, "lisi", status="active")
    give_date(member, "2026-12-04")
    series = launch(0, ends_on=LAST, now="2026-12-04T08:00")
    sweep("2026-12-04T09:00:05")
    assert got(member) == ["12-04 09:00 day 0"]
    give_date(late, "2026-12-05")
    run_days("2026-12-05", "2026-12-06")
    assert got(late, series) == []


@pytest.mark.django_db
def test_a_series_takes_who_is_added_until_its_last_day_ends(application, member):
    series = launch(1, anchor="api", ends_on=LAST, now="2026-12-01T08:00")
    services.enrol(series, member.user_id, now=clock("2026-12-04T23:59:59"))
    assert series.enrolments.count() == 1
    factories.make_member(application, "lisi", status="active")
    with pytest.raises(SchedulingError) as caught:
        services.enrol(series, "lisi", now=clock("2026-12-05T00:00"))
    assert caught.value.code == "series_ended"


@pytest.mark.django_db
@pytest.mark.parametrize(("now", "state"), [("2026-12-04T23:59:59", "running"), ("2026-12-05T00:00:05", "finished")])
def test_a_series_without_members_is_over_after_its_last_day(application, now, state):
    series = launch(0, ends_on=LAST, now="2026-12-01T08:00")
    Series.objects.update(swept_at=None)
    sweep(now)
    series.refresh_from_db()
    assert series.state == state


@pytest.mark.parametrize(
    ("policy", "now", "until"),
    [
        (NIGHT, "2026-12-01T20:59:59", None),
        (NIGHT, "2026-12-01T21:00", "2026-12-02T08:00"),
        (NIGHT, "2026-12-01T23:59:59", "2026-12-02T08:00"),
        (NIGHT, "2026-12-02T00:00", "2026-12-02T08:00"),
        (NIGHT, "2026-12-02T07:59:59", "2026-12-02T08:00"),
        (NIGHT, "2026-12-02T08:00", None),
        (NOON, "2026-12-01T11:59:59", None),
        (NOON, "2026-12-01T12:00", "2026-12-01T14:00"),
        (NOON, "2026-12-01T13:59:59", "2026-12-01T14:00"),
        (NOON, "2026-12-01T14:00", None),
        (Policy(quiet_from=time(8), quiet_until=time(8)), "2026-12-01T08:00", None),
    ],
)
def test_quiet_hours_begin_and_end_to_the_second(policy, now, until):
    hold = SendHours(policy=policy).hold(clock(now), SHANGHAI)
    assert (hold.until if hold else None) == (clock(until) if until else None)


@pytest.mark.parametrize(
    ("window", "now", "until"),
    [
        (OFFICE, "2026-12-01T08:59:59", "2026-12-01T09:00"),
        (OFFICE, "2026-12-01T09:00", None),
        (OFFICE, "2026-12-01T17:59:59", None),
        (OFFICE, "2026-12-01T18:00", "2026-12-02T09:00"),
        (SHIFT, "2026-12-04T21:59:59", "2026-12-04T22:00"),
        (SHIFT, "2026-12-04T22:00", None),
        (SHIFT, "2026-12-05T00:00", None),
        (SHIFT, "2026-12-05T01:59:59", None),
        (SHIFT, "2026-12-05T02:00", "2026-12-11T22:00"),
        (SHIFT, "2026-12-04T01:59:59", "2026-12-04T22:00"),
    ],
)
def test_a_window_opens_and_closes_to_the_second(window, now, until):
    hold = SendHours(policy=Policy(), window=window).hold(clock(now), SHANGHAI)
    assert (hold.until if hold else None) == (clock(until) if until else None)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_quiet_hours_are_those_of_the_clock_that_is_asked(zone):
    evening = datetime(2026, 12, 1, 21, tzinfo=ZoneInfo(zone))
    hours = SendHours(policy=NIGHT)
    assert hours.hold(evening - SECOND, ZoneInfo(zone)) is None
    assert hours.hold(evening, ZoneInfo(zone)) is not None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("now", "found"), [("2026-12-01T12:59:59", {"planned": 1}), ("2026-12-01T13:00", {"expired:expired": 1})]
)
def test_a_message_goes_out_until_it_expires_and_not_then(application, member, now, found):
    campaign = launch_campaign(now=clock("2026-12-01T12:00"), valid_minutes=60)
    services.start_run(campaign.runs.get().pk, now=clock("2026-12-01T12:00"))
    for batch in Batch.objects.all():
        services.send_batch(batch.pk, now=clock(now))
    work(clock(now), calls=False)
    assert outcomes(campaign) == found
