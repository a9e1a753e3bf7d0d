"""Moved to another day: the time of day stays, an approval does not, and what went out is not moved.

A campaign without approval goes on: those who may start it need not start it again.
"""

from datetime import date, time

import pytest

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign
from tests.scheduling.support.campaigns import approve, launch, make_campaign, make_person
from tests.scheduling.support.plain_messages import clock

pytestmark = pytest.mark.django_db
NOW = clock("2026-11-24T12:00")
FROM, TO = date(2026, 11, 30), date(2026, 12, 2)


@pytest.fixture(autouse=True)
def ready(application):
    """An application, so that campaigns can be approved."""


def refused(row: Campaign, day: date | None = TO, seen=FROM, **fields) -> str:
    with pytest.raises(SchedulingError) as caught:
        services.move_campaign(row, day, seen=seen, now=NOW, **fields)
    assert caught.value.remedy
    return caught.value.code


def started_alone() -> Campaign:
    campaign = make_campaign(policy="alone", starts_at=clock("2026-11-30T10:30"))
    return services.start_campaign(campaign, alone=True, now=NOW)


def test_a_draft_keeps_its_time_of_day():
    campaign = make_campaign(starts_at=clock("2026-11-30T10:30"))
    moved = services.move_campaign(campaign, TO, seen=FROM, now=NOW)
    assert campaign.starts_at == moved.after == clock("2026-12-02T10:30")
    assert not moved.voided
    services.move_campaign(campaign, FROM, seen=TO, now=NOW)
    assert campaign.starts_at == clock("2026-11-30T10:30")


def test_a_campaign_of_another_zone_keeps_its_own_time_of_day():
    campaign = make_campaign(starts_at=clock("2026-11-01T09:00"), time_zone="Europe/London")
    services.move_campaign(campaign, date(2026, 12, 1), seen=date(2026, 11, 1), now=NOW)
    assert campaign.starts_at == clock("2026-12-01T09:00")
    assert campaign.starts_at.astimezone(campaign.zone).hour == 1


def test_a_draft_without_a_moment_gets_nine_in_the_morning():
    campaign = make_campaign()
    services.move_campaign(campaign, TO, seen=None, now=NOW)
    assert campaign.starts_at == clock("2026-12-02T09:00")
    moved = services.move_campaign(campaign, None, seen=TO, now=NOW)
    assert campaign.starts_at is moved.after is None


def test_one_for_the_next_working_day_keeps_its_time_when_moved():
    campaign = make_campaign(next_working_day_at=time(9, 30))
    services.move_campaign(campaign, TO, seen=None, now=NOW)
    assert campaign.starts_at == clock("2026-12-02T09:30")
    assert campaign.next_working_day_at is None


def test_an_approved_one_is_moved_only_if_that_is_wanted():
    campaign = approve(make_campaign(starts_at=clock("2026-11-30T10:30")), NOW)
    assert refused(campaign) == "approval_void"
    campaign.refresh_from_db()
    assert campaign.state == "approved"
    moved = services.move_campaign(campaign, TO, seen=FROM, now=NOW, voids=True, by=make_person())
    assert moved.voided
    assert (campaign.state, campaign.approved_hash) == ("draft", "")


def test_one_that_waits_for_approval_asks_first():
    campaign = make_campaign(starts_at=clock("2026-11-30T10:30"))
    services.ask_approval(campaign, by=make_person(), now=NOW)
    assert refused(campaign) == "approval_void"


def test_what_cannot_be_moved_says_why():
    assert refused(make_campaign(repeats="cron", cron="0 9 * * *")) == "not_movable"
    assert refused(launch(now=NOW)) == "not_movable"
    assert refused(make_campaign(starts_at=clock("2026-11-30T10:30")), date(2026, 11, 24)) == "moment_passed"
    assert refused(make_campaign(starts_at=clock("2026-11-29T10:30"))) == "moment_changed"
    assert refused(make_campaign(), seen=FROM) == "moment_changed"


def test_a_started_one_without_approval_stays_started():
    campaign = started_alone()
    moved = services.move_campaign(campaign, TO, seen=FROM, now=NOW, alone=True, by=make_person())
    assert not moved.voided
    assert (campaign.state, campaign.next_at) == ("scheduled", clock("2026-12-02T10:30"))
    services.sweep_campaigns(now=clock("2026-12-02T10:30"))
    assert [run.moment for run in campaign.runs.all()] == [clock("2026-12-02T10:30")]


def test_who_may_not_start_it_makes_it_a_draft():
    campaign = started_alone()
    assert refused(campaign) == "approval_void"
    assert services.move_campaign(campaign, TO, seen=FROM, now=NOW, voids=True).voided
    assert (campaign.state, campaign.next_at) == ("draft", None)


def test_without_a_moment_none_is_started_at_once():
    campaign = started_alone()
    assert refused(campaign, None, alone=True) == "approval_void"
    assert services.move_campaign(campaign, None, seen=FROM, now=NOW, alone=True, voids=True).voided
    assert (campaign.state, campaign.runs.count()) == ("draft", 0)


def test_one_that_waits_for_its_start_waits_on():
    campaign = make_campaign(policy="alone", starts_at=clock("2026-11-30T10:30"))
    services.ask_approval(campaign, by=make_person(), now=NOW)
    assert not services.move_campaign(campaign, TO, seen=FROM, now=NOW, by=make_person()).voided
    assert (campaign.state, campaign.starts_at) == ("waiting", clock("2026-12-02T10:30"))
    services.start_campaign(campaign, alone=True, now=NOW)
