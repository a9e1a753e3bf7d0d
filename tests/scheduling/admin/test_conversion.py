"""A schedule is turned into a campaign on its page and over REST, by those who may write campaigns."""

import pytest

from scheduling.models import Campaign
from tests.scheduling.support.admin_pages import page_of, text_of
from tests.scheduling.support.campaign_pages import page, person_of, press, seen
from tests.scheduling.support.schedules import make_schedule
from tests.support import factories
from tests.support.factories import make_api

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(application):
    factories.make_member(application, "zhangsan", status="active")
    return make_schedule(name="晨会")


def convert(schedule, client, **fields):
    address = page_of(schedule, "convert_this")
    return client.post(address, {"_form_submitted": "True", "ends_schedule": "on", **fields})


def test_the_button_says_what_differs_and_makes_a_draft(schedule):
    hr = person_of("editor", "operator", name="hr")
    asked = text_of(hr.get(page_of(schedule, "convert_this")))
    assert "What the campaign does in another way" in asked
    assert "every day at 09:00" in asked
    assert convert(schedule, hr).status_code == 200
    campaign = Campaign.objects.get()
    assert (campaign.replaces, campaign.ends_replaced, campaign.created_by.username) == (schedule, True, "hr")
    assert "paused then" in seen(hr, page_of(schedule))
    html = seen(hr, page(campaign))
    assert "Made from the schedule" in html
    assert page_of(schedule) in html
    convert(schedule, hr)
    assert Campaign.objects.count() == 1


def test_those_who_write_no_campaigns_have_no_button(schedule):
    operator = person_of("operator")
    assert "convert_this" not in seen(operator, page_of(schedule))
    assert convert(schedule, operator).status_code == 403
    assert not Campaign.objects.exists()


def test_a_schedule_that_was_replaced_says_why_it_is_not_resumed(schedule):
    hr = person_of("editor", "operator", name="hr")
    convert(schedule, hr)
    Campaign.objects.update(state="paused", approved_hash="x")
    press(hr, schedule, "pause")
    press(hr, schedule, "resume")
    schedule.refresh_from_db()
    assert schedule.paused
    assert "has taken its place" in seen(hr, page_of(schedule))


def test_a_client_turns_a_schedule_into_a_campaign(schedule):
    address = f"/api/v1/schedules/{schedule.pk}/convert/"
    api = make_api("schedules:read", "campaigns:write")
    tried = api.post(address, {"dry_run": True}, format="json")
    assert (tried.status_code, tried.json()["campaign"]) == (202, None)
    assert tried.json()["differences"]
    made = api.post(address, {"ends_schedule": False}, format="json")
    assert made.status_code == 201
    campaign = Campaign.objects.get()
    assert made.json() == {"campaign": campaign.pk, "differences": tried.json()["differences"]}
    assert made["Location"].endswith(f"/campaigns/{campaign.pk}/")
    assert not campaign.ends_replaced
    again = api.post(address, {}, format="json")
    assert again.json()["code"] == "converted"
    assert make_api("schedules:write").post(address, {}, format="json").status_code == 403
