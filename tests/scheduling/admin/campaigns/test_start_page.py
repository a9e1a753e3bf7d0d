"""The start page at night: the morning instead, another working day, or urgent with a reason for the approver."""

import pytest

from scheduling.models import Campaign
from tests.scheduling.support.campaign_pages import form, page, press, seen
from tests.scheduling.support.campaigns import approve, make_campaign
from tests.scheduling.support.plain_messages import zone_where_it_is
from tests.support import factories

pytestmark = pytest.mark.django_db
ODD = 'data-testid="odd-hour"'


@pytest.fixture
def at_night(application, hr, settings) -> Campaign:
    settings.SCHEDULING = {**settings.SCHEDULING, "QUIET_HOURS": "21:00-08:00"}
    factories.make_member(application, "lisi", name="李四", status="active")
    return approve(make_campaign("停水", time_zone=zone_where_it_is(3)))


def begins(campaign: Campaign) -> str:
    campaign.refresh_from_db()
    assert campaign.next_at is not None
    return f"{campaign.next_at.astimezone(campaign.zone):%H:%M}"


def test_at_night_the_morning_is_offered_and_chosen(at_night, hr):
    html = seen(hr, page(at_night, "start"))
    for words in (ODD, "at night", "in the morning instead", "on the next working day at"):
        assert words in html
    assert hr.post(page(at_night, "start"), {"when": "morning"}).status_code == 302
    assert (begins(at_night), at_night.state, at_night.runs.count()) == ("09:00", "scheduled", 0)


def test_another_time_of_a_working_day_is_chosen(at_night, hr):
    hr.post(page(at_night, "start"), {"when": "other", "working_day_at": "10:30"})
    assert begins(at_night) == "10:30"
    assert at_night.calendar.works_on(at_night.next_at.astimezone(at_night.zone).date())


def test_a_choice_without_its_time_starts_nothing(at_night, hr):
    hr.post(page(at_night, "start"), {"when": "other", "working_day_at": ""})
    at_night.refresh_from_db()
    assert at_night.state == "approved"


def test_started_now_all_the_same_it_waits_for_the_quiet_hours(at_night, hr):
    hr.post(page(at_night, "start"), {"when": ""})
    at_night.refresh_from_db()
    assert at_night.state == "running"


def test_urgent_is_one_click_whose_reason_the_approver_reads(at_night, hr, approver):
    assert 'data-testid="urgent"' in seen(hr, page(at_night, "start"))
    assert hr.post(page(at_night, "start"), {"urgent": " "}).status_code == 302
    at_night.refresh_from_db()
    assert (at_night.state, at_night.urgent_reason) == ("approved", "")
    hr.post(page(at_night, "start"), {"urgent": "水管爆了"})
    assert "水管爆了" in seen(approver, page(at_night, "approve_this"))
    press(approver, at_night, "approve")
    html = seen(hr, page(at_night, "start"))
    assert "It is urgent: 水管爆了" in html
    assert "Ask for approval as urgent" not in html
    assert at_night.changes.filter(after="approved").first().description["urgent_reason"] == "水管爆了"


def test_by_day_nothing_is_said_of_the_night(application, hr):
    factories.make_member(application, "lisi", status="active")
    campaign = approve(make_campaign("开会", time_zone=zone_where_it_is(12)))
    assert "at night" not in seen(hr, page(campaign, "start"))


def test_the_form_keeps_the_next_working_day_and_the_reason(hr):
    address = "/admin/scheduling/campaign/add/"
    assert hr.post(address, form(repeat="working_day", at="09:30", urgent_reason="停电")).status_code == 302
    campaign = Campaign.objects.get()
    assert (f"{campaign.next_working_day_at:%H:%M}", campaign.urgent_reason) == ("09:30", "停电")
    assert 'value="working_day" selected' in seen(hr, page(campaign))
    hr.post(page(campaign), form(repeat="now", urgent_reason=""))
    campaign.refresh_from_db()
    assert (campaign.next_working_day_at, campaign.urgent_reason) == (None, "")
