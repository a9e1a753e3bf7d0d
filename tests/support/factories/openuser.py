"""Rows and API clients of `openuser`."""

import secrets
from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from openuser.api import clients
from openuser.models import Alert, ApiClient, Incident, WebhookDelivery, WebhookEndpoint


def make_webhook_delivery(**fields: Any) -> WebhookDelivery:
    if "endpoint" not in fields:
        fields["endpoint"] = WebhookEndpoint.objects.create(
            name=f"OA {secrets.token_hex(4)}", url="https://oa.example.com/hook", events=["render.completed"]
        )
    fields.setdefault("event_id", f"msg_{secrets.token_hex(8)}")
    fields.setdefault("event", "render.completed")
    fields.setdefault("payload", '{"type": "render.completed", "data": {}}')
    return WebhookDelivery.objects.create(**fields)


def make_incident(**fields: Any) -> Incident:
    """An open incident of a machine of its own."""
    host = f"host-{secrets.token_hex(4)}"
    fields.setdefault("kind", Incident.Kind.DISK)
    fields.setdefault("subject", host)
    fields.setdefault("details", {"host": host, "folder": "/var", "free": 7})
    moments = {"opened_at": timezone.now(), "seen_at": timezone.now()}
    return Incident.objects.create(**{**moments, **fields})


def make_alert(**fields: Any) -> Alert:
    if "incident" not in fields:
        fields["incident"] = make_incident()
    return Alert.objects.create(**{"news": Alert.News.OPENED, "channel": Alert.Channel.GROUP, **fields})


def make_api(*scopes: str, may_approve: bool = False, **fields: Any) -> APIClient:
    """An API client whose token has these scopes; one that may approve, if an administrator allowed that."""
    client, token = clients.create(fields.pop("name", f"client-{secrets.token_hex(4)}"), scopes=scopes, **fields)
    ApiClient.objects.filter(pk=client.pk).update(may_approve=may_approve)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return api
