"""The front door of webhooks: announce, deliver, test and replay events, renew secrets."""

import json
import logging
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core import safe_requests
from core.safe_requests import EgressError
from core.work.base import LeaseLost
from openuser.models import WebhookDelivery, WebhookEndpoint
from openuser.models.webhooks import new_event_id, new_secret
from openuser.webhooks import signatures

logger = logging.getLogger(__name__)

# Seconds before the second attempt, the third …, as the specification recommends: three days in all.
RETRY_PAUSES = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.1
TEST_EVENT = "test"
DISABLE_AFTER = timedelta(hours=120)
OLD_SECRET_VALID_FOR = timedelta(hours=24)
GONE, THROTTLED_STATUSES = 410, (429, 502, 503, 504)
MAX_RETRY_AFTER = 86_400.0


@transaction.atomic(savepoint=False)
def announce(event: str, data: Mapping[str, Any], *, cid: str = "", now: datetime | None = None) -> int:
    """Queue an event for every endpoint that subscribed to it, in the transaction that causes it; returns how many."""
    endpoints = _subscribers(event)
    event_id, body = new_event_id(), _body(event, data, now or timezone.now())
    for endpoint in endpoints:
        _queue_delivery(endpoint, event_id, event, body, cid)
    return len(endpoints)


def is_subscribed(event: str) -> bool:
    """Whether an endpoint wants to hear of an event."""
    return bool(_subscribers(event))


def _subscribers(event: str) -> list[WebhookEndpoint]:
    return [endpoint for endpoint in WebhookEndpoint.objects.filter(enabled=True) if event in endpoint.events]


@transaction.atomic
def send_test(endpoint: WebhookEndpoint, *, now: datetime | None = None) -> WebhookDelivery:
    """Queue a test event, for developers of the receiving system."""
    body = _body(TEST_EVENT, {"endpoint": endpoint.name}, now or timezone.now())
    return _queue_delivery(endpoint, new_event_id(), TEST_EVENT, body, "")


@transaction.atomic
def replay(delivery: WebhookDelivery) -> bool:
    """Send a finished delivery again under its ID; False if it is still being sent."""
    return delivery.restart(answered=None, took_seconds=None)


@transaction.atomic
def renew_secret(endpoint: WebhookEndpoint, *, now: datetime | None = None) -> str:
    """A new secret. The old one signs beside it for one day, so that receivers can change over."""
    now = now or timezone.now()
    endpoint.old_secret, endpoint.old_until = endpoint.secret, now + OLD_SECRET_VALID_FOR
    endpoint.secret = new_secret()
    endpoint.save(update_fields=["secret", "old_secret", "old_until"])
    return endpoint.secret


@transaction.atomic
def set_enabled(endpoint: WebhookEndpoint, *, on: bool, because: str = "") -> None:
    """Enable or disable an endpoint; pending deliveries to a disabled one end at their next attempt."""
    endpoint.enabled, endpoint.off_because = on, "" if on else because or WebhookEndpoint.Off.PERSON
    endpoint.failing_since = None
    endpoint.save(update_fields=["enabled", "off_because", "failing_since"])


def attempt_delivery(pk: int, *, now: datetime | None = None) -> None:
    """Make one attempt; does nothing if the row is not due."""
    delivery = WebhookDelivery.claim(pk, now=now)
    if delivery is None:
        return
    now = now or timezone.now()
    endpoint = delivery.endpoint
    try:
        if not endpoint.enabled:
            delivery.settle(WebhookDelivery.Status.CANCELLED, WebhookDelivery.Reason.SWITCHED_OFF)
            return
        _attempt(delivery, endpoint, now)
    except LeaseLost:
        logger.info("Another worker delivers this webhook.", extra={"delivery": delivery.pk})


def _attempt(delivery: WebhookDelivery, endpoint: WebhookEndpoint, now: datetime) -> None:
    body = delivery.payload.encode()
    headers = signatures.headers(delivery.event_id, body, secrets=endpoint.secrets_at(now), now=now)
    headers |= {"Content-Type": "application/json", "User-Agent": "OpenUser-Webhooks"}
    try:
        reply = safe_requests.post(endpoint.url, body, headers, allowed=settings.WEBHOOKS["NETWORKS"])
    except EgressError as error:
        _fail(delivery, endpoint, error.code, now)
        return
    told: dict[str, Any] = {"answered": reply.status, "took_seconds": round(reply.seconds, 3)}
    if 200 <= reply.status < 300:
        with transaction.atomic():
            delivery.settle(WebhookDelivery.Status.DONE, **told)
            WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=None)
    elif reply.status == GONE:
        with transaction.atomic():
            delivery.settle(WebhookDelivery.Status.FAILED, WebhookDelivery.Reason.GONE, **told)
            set_enabled(endpoint, on=False, because=WebhookEndpoint.Off.GONE)
    else:
        slow = reply.status in THROTTLED_STATUSES
        reason = WebhookDelivery.Reason.THROTTLED if slow else WebhookDelivery.Reason.REFUSED
        _fail(delivery, endpoint, reason, now, retry_after=reply.retry_after if slow else None, **told)


def _fail(
    delivery: WebhookDelivery,
    endpoint: WebhookEndpoint,
    reason: str,
    now: datetime,
    *,
    retry_after: float | None = None,
    **told: Any,
) -> None:
    logger.warning(
        "A webhook was not taken.", extra={"endpoint": endpoint.pk, "delivery": delivery.pk, "reason": reason, **told}
    )
    with transaction.atomic():
        if delivery.attempts > len(RETRY_PAUSES):
            delivery.settle(WebhookDelivery.Status.FAILED, reason, **told)
        else:
            pause = RETRY_PAUSES[delivery.attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)
            pause = max(pause, min(retry_after or 0.0, MAX_RETRY_AFTER))
            delivery.postpone(now + timedelta(seconds=pause), reason, **told)
        WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since=None).update(failing_since=now)
        if endpoint.failing_since is not None and endpoint.failing_since < now - DISABLE_AFTER:
            set_enabled(endpoint, on=False, because=WebhookEndpoint.Off.FAILING)


def _queue_delivery(endpoint: WebhookEndpoint, event_id: str, event: str, body: str, cid: str) -> WebhookDelivery:
    delivery = WebhookDelivery(endpoint=endpoint, event_id=event_id, event=event, payload=body, cid=cid)
    delivery.save()
    delivery.wake()
    return delivery


def _body(event: str, data: Mapping[str, Any], now: datetime) -> str:
    return json.dumps({"type": event, "timestamp": now.isoformat(), "data": dict(data)}, ensure_ascii=False)
