"""Webhooks over REST: create one, try it, read its deliveries, resend one."""

import pytest

from openuser.models import WebhookDelivery, WebhookEndpoint
from tests.support.factories import make_api

pytestmark = pytest.mark.django_db
ENDPOINTS, DELIVERIES = "/api/v1/webhook-endpoints/", "/api/v1/webhook-deliveries/"
WISH = {"name": "OA", "url": "https://oa.example.com/hook", "events": ["render.completed"]}


@pytest.fixture
def api():
    return make_api("webhooks:read", "webhooks:write")


def test_an_endpoint_is_made_and_shows_its_secret_once(api):
    made = api.post(ENDPOINTS, WISH)
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    assert made.json()["secret"] == WebhookEndpoint.objects.get().secret
    again = api.get(made["Location"]).json()
    assert "secret" not in again
    assert again["events"] == ["render.completed"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://oa.example.com/"}, "url"),
        ({"url": "https://192.168.0.1/"}, "url"),
        ({"url": "https://me:word@oa.example.com/"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["everything"]}, "events[0]"),
        ({"nmae": "OA"}, "nmae"),
    ],
)
def test_what_is_wrong_is_named(api, change, field):
    answer = api.post(ENDPOINTS, {**WISH, **change})
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["hint"]
    assert not WebhookEndpoint.objects.exists()


def test_a_test_event_is_on_its_way_and_can_be_looked_at(api):
    endpoint = api.post(ENDPOINTS, WISH).json()
    sent = api.post(f"{ENDPOINTS}{endpoint['id']}/test/")
    assert sent.status_code == 202
    found = api.get(sent["Location"]).json()
    assert (found["event"], found["status"], found["payload"]["type"]) == ("test", "queued", "test")
    assert [one["id"] for one in api.get(f"{DELIVERIES}?endpoint={endpoint['id']}").json()["results"]] == [found["id"]]


def test_one_that_ended_is_sent_once_more(api):
    endpoint = api.post(ENDPOINTS, WISH).json()
    delivery = api.post(f"{ENDPOINTS}{endpoint['id']}/test/").json()
    WebhookDelivery.objects.update(status="failed", reason="refused", attempts=10)
    again = api.post(f"{DELIVERIES}{delivery['id']}/replay/").json()
    assert (again["status"], again["attempts"], again["event_id"]) == ("queued", 0, delivery["event_id"])


def test_switching_one_on_again_forgets_why_it_was_off(api):
    endpoint = api.post(ENDPOINTS, WISH).json()
    WebhookEndpoint.objects.update(enabled=False, off_because="failing")
    found = api.patch(f"{ENDPOINTS}{endpoint['id']}/", {"enabled": True}).json()
    assert (found["enabled"], found["off_because"]) == (True, "")


def test_a_new_secret_takes_over(api):
    endpoint = api.post(ENDPOINTS, WISH).json()
    renewed = api.post(f"{ENDPOINTS}{endpoint['id']}/renew-secret/").json()
    assert renewed["secret"] != endpoint["secret"]
    assert WebhookEndpoint.objects.get().old_secret == endpoint["secret"]


def test_to_see_is_not_to_change():
    api = make_api("webhooks:read")
    assert api.get(ENDPOINTS).status_code == 200
    assert api.post(ENDPOINTS, WISH).status_code == 403
    assert make_api("renders:read").get(ENDPOINTS).status_code == 403
