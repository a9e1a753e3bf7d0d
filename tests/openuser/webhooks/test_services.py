"""Webhook deliveries: signed, retried, given up, resent."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook

from avatars import services as avatars
from avatars.models import Render
from avatars.signals import render_finished
from openuser import retention
from openuser.models import WebhookDelivery, WebhookEndpoint
from openuser.webhooks import services, signatures
from openuser.webhooks.services import RETRY_PAUSES
from tests.openuser.support.webhook_receiver import receiver
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def on_this_machine(settings):
    settings.WEBHOOKS = {**settings.WEBHOOKS, "NETWORKS": ["127.0.0.0/8"]}


def make_endpoint(url="http://127.0.0.1:9/hook", **fields) -> WebhookEndpoint:
    fields.setdefault("events", list(WebhookEndpoint.Event.values))
    return WebhookEndpoint.objects.create(name=fields.pop("name", "OA"), url=url, **fields)


def attempt(delivery: WebhookDelivery, *, now=None) -> WebhookDelivery:
    delivery.refresh_from_db()
    services.attempt_delivery(delivery.pk, now=now or delivery.due_at)
    delivery.refresh_from_db()
    return delivery


def test_the_vector_that_all_libraries_share():
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    found = signatures.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}', secret)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.databases
@pytest.mark.parametrize(
    ("status", "event"),
    [("done", "render.completed"), ("failed", "render.failed"), ("cancelled", "render.cancelled")],
)
def test_the_end_of_a_render_is_told_signed_and_without_its_words(status, event):
    render = factories.make_render(text="只有我们知道", status=status, cid="c1d", video="renders/x/video.mp4")
    with receiver() as other:
        endpoint = make_endpoint(other.url)
        render_finished.send(Render, render=render)
        delivery = attempt(WebhookDelivery.objects.get())
        headers, body = other.came[0]
    told = Webhook(endpoint.secret).verify(body, headers)
    assert (told["type"], told["data"]["id"], told["data"]["status"]) == (event, render.pk, status)
    assert told["data"]["video_url"].endswith(f"/api/v1/renders/{render.pk}/video/")
    assert "只有我们知道" not in body.decode()
    assert (delivery.status, delivery.answered, delivery.cid) == ("done", 204, "c1d")
    assert headers["webhook-id"] == delivery.event_id


def test_a_cancelled_render_is_told_by_the_service_that_cancels():
    make_endpoint()
    avatars.cancel_render(factories.make_render())
    assert WebhookDelivery.objects.get().event == "render.cancelled"


def test_only_those_who_asked_are_told():
    make_endpoint(name="all")
    make_endpoint(name="failures", events=["render.failed"])
    make_endpoint(name="off", enabled=False)
    render_finished.send(Render, render=factories.make_render(status="done"))
    assert [one.endpoint.name for one in WebhookDelivery.objects.all()] == ["all"]


def test_a_retried_delivery_has_the_same_id_and_bytes():
    with receiver(500, 503, 404, 200) as other:
        endpoint = make_endpoint(other.url)
        delivery = services.send_test(endpoint)
        for number in (1, 2, 3):
            delivery = attempt(delivery)
            assert (delivery.status, delivery.attempts) == ("queued", number)
            pause = (delivery.due_at - timezone.now()).total_seconds()
            assert pause < RETRY_PAUSES[number - 1] * 1.2 + sum(RETRY_PAUSES[: number - 1]) * 1.2
        endpoint.refresh_from_db()
        assert endpoint.failing_since is not None
        assert attempt(delivery).status == "done"
    ids = {headers["webhook-id"] for headers, _ in other.came}
    assert len(other.came) == 4
    assert ids == {delivery.event_id}
    assert len({body for _, body in other.came}) == 1
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


@pytest.mark.databases
def test_nobody_is_asked_before_it_is_time():
    with receiver(500) as other:
        delivery = attempt(services.send_test(make_endpoint(other.url)))
        services.attempt_delivery(delivery.pk, now=delivery.due_at - timedelta(seconds=1))
        assert len(other.came) == 1


def test_a_receiver_that_asks_for_time_gets_it():
    with receiver((429, {"Retry-After": "3600"})) as other:
        delivery = services.send_test(make_endpoint(other.url))
        before = delivery.due_at
        delivery = attempt(delivery)
    assert delivery.reason == "throttled"
    assert delivery.due_at >= before + timedelta(seconds=3600)


def test_a_delivery_fails_after_ten_attempts_and_can_be_resent():
    with receiver(*[500] * 10, 200) as other:
        delivery = services.send_test(make_endpoint(other.url))
        for _ in range(10):
            delivery = attempt(delivery)
        assert (delivery.status, delivery.reason, delivery.attempts) == ("failed", "refused", 10)
        assert services.replay(delivery)
        assert attempt(delivery).status == "done"
        assert {headers["webhook-id"] for headers, _ in other.came} == {delivery.event_id}
        assert len(other.came) == 11


def test_who_is_gone_for_good_is_not_asked_again():
    with receiver(410) as other:
        endpoint = make_endpoint(other.url)
        first, second = services.send_test(endpoint), services.send_test(endpoint)
        assert attempt(first).reason == "gone"
        assert attempt(second).reason == "switched_off"
        assert len(other.came) == 1
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.off_because) == (False, "gone")


def test_an_endpoint_that_fails_for_days_is_disabled():
    with receiver(500) as other:
        endpoint = make_endpoint(other.url, failing_since=timezone.now() - timedelta(hours=121))
        attempt(services.send_test(endpoint))
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.off_because) == (False, "failing")
    services.set_enabled(endpoint, on=True)
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.off_because, endpoint.failing_since) == (True, "", None)


def test_for_a_day_the_old_secret_signs_beside_the_new_one():
    with receiver() as other:
        endpoint = make_endpoint(other.url)
        old = endpoint.secret
        new = services.renew_secret(endpoint)
        attempt(services.send_test(endpoint))
        headers, body = other.came.pop()
        for secret in (old, new):
            assert Webhook(secret).verify(body, headers)
        later = services.send_test(endpoint)
        attempt(later, now=timezone.now() + timedelta(hours=25))
        headers, body = other.came.pop()
    assert len(headers["webhook-signature"].split()) == 1


def test_the_old_secret_ends_after_exactly_a_day():
    endpoint = make_endpoint()
    old, new = endpoint.secret, services.renew_secret(endpoint)
    over = endpoint.old_until
    assert timedelta(hours=23, minutes=59) < over - timezone.now() <= timedelta(hours=24)
    assert endpoint.secrets_at(over - timedelta(seconds=1)) == [new, old]
    assert endpoint.secrets_at(over) == [new]


def test_an_address_inside_is_refused_when_it_is_called_too(settings):
    endpoint = make_endpoint("https://localhost/hook")
    settings.WEBHOOKS = {**settings.WEBHOOKS, "NETWORKS": []}
    assert attempt(services.send_test(endpoint)).reason == "forbidden"


def test_secrets_are_encrypted_at_rest():
    endpoint = make_endpoint()
    stored = WebhookEndpoint.objects.values_list("secret", flat=True)
    assert stored.get() == endpoint.secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM openuser_webhookendpoint")
        assert endpoint.secret not in cursor.fetchone()[0]


@pytest.mark.databases
def test_old_deliveries_are_forgotten_but_not_those_on_their_way():
    endpoint = make_endpoint()
    old = timezone.now() - timedelta(days=40)
    for status in ("done", "failed", "queued"):
        delivery = services.send_test(endpoint)
        WebhookDelivery.objects.filter(pk=delivery.pk).update(status=status, created_at=old)
    retention.delete_expired()
    assert [one.status for one in WebhookDelivery.objects.all()] == ["queued"]


def test_the_payload_is_small():
    make_endpoint()
    render_finished.send(Render, render=factories.make_render(status="done", video="renders/x/video.mp4"))
    payload = WebhookDelivery.objects.get().payload
    assert len(payload.encode()) < 2_000
    assert json.loads(payload)["timestamp"]
