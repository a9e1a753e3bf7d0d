"""The addresses of schedules and of their runs lead to campaigns."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from scheduling.models import Schedule
from tests.support.factories import make_campaign_row
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db
LIST = "/admin/scheduling/campaign/?policy__exact=alone"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def test_a_schedule_leads_to_the_newest_campaign_in_its_place(client):
    schedule = make_row(Schedule)
    _older, newest, _other = (make_campaign_row(replaces=one) for one in (schedule, schedule, None))
    named = reverse("admin:scheduling_schedule_change", args=[schedule.pk])
    for address in (named, f"/admin/scheduling/schedule/{schedule.pk}/"):
        assert client.get(address)["Location"] == f"/admin/scheduling/campaign/{newest.pk}/change/"


def test_the_form_of_a_schedule_leads_to_that_of_a_campaign(client):
    answer = client.get(reverse("admin:scheduling_schedule_add"))
    assert answer["Location"] == "/admin/scheduling/campaign/add/?policy=alone"


@pytest.mark.parametrize(
    "place",
    [
        *("schedule/", "schedule/?q=morning", "schedule/7/change/", "schedule/7/run_now_this/", "schedule/preview/"),
        *("run/", "run/7/change/", "run/7/history/"),
    ],
)
def test_everything_else_leads_to_the_campaigns_without_approval(client, place):
    answer = client.get(f"/admin/scheduling/{place}", follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert answer.status_code == 200


@pytest.mark.parametrize("place", ["schedule/", "schedule/add/", "schedule/7/change/", "run/", "run/7/change/"])
def test_whoever_is_not_signed_in_signs_in_first(place):
    assert Client().get(f"/admin/scheduling/{place}")["Location"].startswith("/admin/login/")
