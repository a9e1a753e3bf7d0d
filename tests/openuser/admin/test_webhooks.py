"""Webhooks in the admin: create with a secret shown once, try, inspect, resend."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from openuser.models import WebhookDelivery, WebhookEndpoint
from tests.support.factories import make_webhook_delivery

pytestmark = pytest.mark.django_db
ENDPOINTS, DELIVERIES = "/admin/openuser/webhookendpoint/", "/admin/openuser/webhookdelivery/"
FORM = {"name": "OA", "url": "https://oa.example.com/hook", "events": ["render.completed"], "enabled": "on"}


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def shown(answer) -> str:
    """The secret on a page; "" where there is none."""
    found = re.search(r'data-testid="secret">([^<]+)<', answer.content.decode())
    return found.group(1) if found else ""


def test_a_new_endpoint_shows_its_secret_once(client):
    secret = shown(client.post(f"{ENDPOINTS}add/", FORM))
    endpoint = WebhookEndpoint.objects.get()
    assert secret == endpoint.secret
    for page in (ENDPOINTS, f"{ENDPOINTS}{endpoint.pk}/change/"):
        assert secret not in client.get(page).content.decode()


def test_events_are_offered_with_their_types(client):
    page = client.get(f"{ENDPOINTS}add/").content.decode()
    assert 'a member has written <code class="ou-quiet">message.received</code>' in page


def test_an_empty_list_says_how_to_try_an_endpoint(client):
    assert "send a test event to one" in client.get(DELIVERIES).content.decode()
    assert "Each menu that you publish" in client.get("/admin/wecom/menupublication/").content.decode()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://oa.example.com/", "Use https"),
        ("https://10.0.0.8/", "OPENUSER_WEBHOOK_NETWORKS"),
        ("https://a:b@oa.example.com/", "password"),
    ],
)
def test_a_forbidden_address_is_refused_with_a_remedy(client, url, words):
    page = client.post(f"{ENDPOINTS}add/", {**FORM, "url": url}).content.decode()
    assert words in page
    assert not WebhookEndpoint.objects.exists()


def test_a_test_event_leads_to_its_delivery(client):
    client.post(f"{ENDPOINTS}add/", FORM)
    endpoint = WebhookEndpoint.objects.get()
    answer = client.post(f"{ENDPOINTS}{endpoint.pk}/send-test/", {"_form_submitted": "True"})
    delivery = WebhookDelivery.objects.get()
    assert answer["HX-Redirect"] == f"{DELIVERIES}{delivery.pk}/change/"
    assert delivery.event_id in client.get(answer["HX-Redirect"]).content.decode()


def test_to_look_at_the_button_sends_nothing(client):
    delivery = make_webhook_delivery()
    client.get(f"{ENDPOINTS}{delivery.endpoint_id}/send-test/")
    assert WebhookDelivery.objects.count() == 1


def test_a_failed_delivery_is_sent_once_more(client):
    delivery = make_webhook_delivery(status="failed", reason="refused", attempts=10)
    client.post(DELIVERIES, {"action": "replay", "_selected_action": [delivery.pk]})
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("queued", 0)


def test_a_new_secret_is_made_after_asking(client):
    endpoint = make_webhook_delivery().endpoint
    url = f"{ENDPOINTS}{endpoint.pk}/renew-secret/"
    assert not shown(client.get(url))
    new = shown(client.post(url))
    assert new
    assert new == WebhookEndpoint.objects.get().secret != endpoint.secret


def test_switching_off_by_hand_says_so(client):
    endpoint = make_webhook_delivery().endpoint
    client.post(f"{ENDPOINTS}{endpoint.pk}/change/", {**FORM, "enabled": ""})
    assert WebhookEndpoint.objects.get().off_because == "person"
    assert "disabled by hand" in client.get(ENDPOINTS).content.decode()
