"""Webhook endpoints and deliveries in the API."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from core import safe_requests
from core.web.api_fields import ChoiceField, StrictBooleanField, StrictModelSerializer
from openuser.models import WebhookDelivery, WebhookEndpoint


class WebhookEndpointSerializer(StrictModelSerializer[WebhookEndpoint]):
    """A webhook endpoint. Its secret is shown once, on creation."""

    events = serializers.ListField(
        child=ChoiceField(WebhookEndpoint.Event.choices),
        min_length=1,
        max_length=20,
        help_text="Events to receive.",
    )

    enabled = StrictBooleanField(required=False, help_text="Whether it receives events.")

    class Meta:
        model = WebhookEndpoint
        fields: tuple[str, ...] = (
            "id",
            "name",
            "url",
            "events",
            "enabled",
            "off_because",
            "failing_since",
            "created_at",
        )
        read_only_fields = ("off_because", "failing_since", "created_at")

    def validate_url(self, url: str) -> str:
        # EgressError names the field, so the API reports it like a validation error.
        safe_requests.check_url(url, settings.WEBHOOKS["NETWORKS"])
        return url

    def validate_events(self, events: list[str]) -> list[str]:
        return sorted(set(events))


class NewWebhookEndpointSerializer(WebhookEndpointSerializer):
    """A new endpoint with its signing secret."""

    class Meta(WebhookEndpointSerializer.Meta):
        fields = (*WebhookEndpointSerializer.Meta.fields, "secret")
        extra_kwargs = {
            "secret": {"read_only": True, "help_text": "The signing secret. Store it: it is not shown again."}
        }


class WebhookDeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """One event for one endpoint, and its outcome."""

    payload = serializers.JSONField(source="parsed", read_only=True, help_text="The payload.")

    class Meta:
        model = WebhookDelivery
        fields: tuple[str, ...] = (
            *("id", "endpoint", "event_id", "event", "status", "reason", "attempts", "answered", "took_seconds"),
            *("payload", "cid", "created_at", "due_at", "finished_at"),
        )
        read_only_fields = fields
        extra_kwargs: dict[str, Any] = {"answered": {"help_text": "The HTTP status of its last answer."}}
