"""Webhook endpoints and deliveries over REST."""

from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.web.api_filters import IdFilter, StrictBooleanFilter
from openuser.models import WebhookDelivery, WebhookEndpoint
from openuser.webhooks import services
from openuser.webhooks.serializers import (
    NewWebhookEndpointSerializer,
    WebhookDeliverySerializer,
    WebhookEndpointSerializer,
)


class WebhookEndpointFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of endpoints."""

    enabled = StrictBooleanFilter("enabled")

    class Meta:
        model = WebhookEndpoint
        fields = ("name",)


@extend_schema_view(
    list=extend_schema(summary="List webhook endpoints"),
    retrieve=extend_schema(summary="Get a webhook endpoint"),
    partial_update=extend_schema(summary="Change a webhook endpoint"),
    destroy=extend_schema(summary="Delete a webhook endpoint"),
)
class WebhookEndpoints(viewsets.ModelViewSet[WebhookEndpoint]):
    """URLs that receive events, signed by Standard Webhooks: verify `webhook-signature`."""

    queryset = WebhookEndpoint.objects.all()
    serializer_class = WebhookEndpointSerializer
    filterset_class = WebhookEndpointFilter
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    required_scopes = {
        "GET": "webhooks:read",
        "POST": "webhooks:write",
        "PATCH": "webhooks:write",
        "DELETE": "webhooks:write",
    }

    @extend_schema(
        summary="Create a webhook endpoint",
        request=WebhookEndpointSerializer,
        responses={201: NewWebhookEndpointSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Only this response contains the `secret`."""
        wish = WebhookEndpointSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        endpoint = wish.save()
        location = str(reverse("webhook-endpoint-detail", args=[endpoint.pk], request=request))
        data = NewWebhookEndpointSerializer(endpoint).data
        return Response(data, status=status.HTTP_201_CREATED, headers={"Location": location})

    def perform_update(self, serializer: Any) -> None:
        endpoint = serializer.instance
        was_on = endpoint.enabled
        endpoint = serializer.save()
        if endpoint.enabled != was_on:
            services.set_enabled(endpoint, on=endpoint.enabled)

    @extend_schema(
        summary="Send a test event",
        request=None,
        responses={202: OpenApiResponse(WebhookDeliverySerializer, description="The event is being sent.")},
    )
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Sends an event of type `test`, signed and retried like all others."""
        delivery = services.send_test(self.get_object())
        location = str(reverse("webhook-delivery-detail", args=[delivery.pk], request=request))
        data = WebhookDeliverySerializer(delivery).data
        return Response(data, status=status.HTTP_202_ACCEPTED, headers={"Location": location})

    @extend_schema(summary="Renew the secret", request=None, responses=NewWebhookEndpointSerializer)
    @action(detail=True, methods=["post"], url_path="renew-secret")
    def renew_secret(self, request: Request, pk: str) -> Response:
        """For one day, events are signed with both secrets."""
        endpoint = self.get_object()
        services.renew_secret(endpoint)
        return Response(NewWebhookEndpointSerializer(endpoint).data)


class WebhookDeliveryFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of deliveries."""

    endpoint = IdFilter()
    created_after = django_filters.IsoDateTimeFilter("created_at", "gt")
    created_before = django_filters.IsoDateTimeFilter("created_at", "lt")

    class Meta:
        model = WebhookDelivery
        fields = ("status", "event", "event_id", "cid")


@extend_schema_view(
    list=extend_schema(summary="List webhook deliveries"), retrieve=extend_schema(summary="Get a webhook delivery")
)
class WebhookDeliveries(viewsets.ReadOnlyModelViewSet[WebhookDelivery]):
    """Delivered events, kept for 30 days."""

    queryset = WebhookDelivery.objects.all()
    serializer_class = WebhookDeliverySerializer
    filterset_class = WebhookDeliveryFilter
    required_scopes = {"GET": "webhooks:read", "POST": "webhooks:write"}

    @extend_schema(summary="Replay a webhook delivery", request=None, responses=WebhookDeliverySerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Sends a finished delivery again, with the same `webhook-id`. A running one stays unchanged."""
        delivery = self.get_object()
        services.replay(delivery)
        return Response(WebhookDeliverySerializer(delivery).data)
