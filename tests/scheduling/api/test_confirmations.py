"""Who has not confirmed, over REST: listed, and reminded with a draft."""

import pytest
from rest_framework.test import APIClient

from scheduling.models import Campaign, CampaignResponse
from tests.scheduling.support.campaign_pages import person_of
from tests.scheduling.support.campaigns import make_campaign
from tests.support.factories import make_api, make_campaign_run, make_delivery, make_member

pytestmark = pytest.mark.django_db
CARD = {"kind": "button_interaction", "title": "Rule", "buttons": [{"text": "Read", "key": "read"}]}


@pytest.fixture
def run(application):
    run = make_campaign_run(campaign=make_campaign({"card": CARD}, content_type="card"))
    for user_id in ("anna", "ben", "chen"):
        member = make_member(application, user_id, name=user_id)
        make_delivery(run, member=member, status="sent")
        if user_id == "anna":
            CampaignResponse.objects.create(run=run, member=member, key="read")
    return run


def test_those_are_listed_and_reminded(run):
    api = make_api("campaigns:read", "campaigns:write")
    address = f"/api/v1/campaign-runs/{run.pk}/"
    found = api.get(f"{address}not-confirmed/").json()["results"]
    assert sorted(one["user_id"] for one in found) == ["ben", "chen"]
    answer = api.post(f"{address}remind/")
    draft = Campaign.objects.latest("pk")
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/campaigns/{draft.pk}/")
    assert (answer.json()["state"], answer.json()["audience"]) == ("draft", {"members": ["ben", "chen"]})


def test_a_reminder_needs_the_right_to_write_campaigns(run):
    address = f"/api/v1/campaign-runs/{run.pk}/remind/"
    assert make_api("campaigns:read").post(address).status_code == 403
    for role, status in (("approver", 403), ("editor", 201)):
        api = APIClient()
        api.cookies = person_of(role, name=role).cookies
        assert api.post(address).status_code == status


def test_nobody_is_reminded_when_all_have_confirmed(run):
    for delivery in run.deliveries.all():
        CampaignResponse.objects.get_or_create(run=run, member=delivery.member, key="read")
    answer = make_api("campaigns:write").post(f"/api/v1/campaign-runs/{run.pk}/remind/")
    assert (answer.status_code, answer.json()["code"]) == (409, "all_confirmed")
