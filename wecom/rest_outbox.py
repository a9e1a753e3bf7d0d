"""What went out, over REST: each call of WeChat Work, and what became of it for everybody it was for."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from openuser.lib.filters import IdFilter
from wecom.models import Outbound
from wecom.serializers import OutboundResultsSerializer, OutboundSerializer


class OutboundFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which outbound messages to list."""

    application = IdFilter()
    reason = django_filters.ChoiceFilter(choices=Outbound.Reason.choices)
    created_after = django_filters.IsoDateTimeFilter("created_at", "gt")
    created_before = django_filters.IsoDateTimeFilter("created_at", "lt")

    class Meta:
        model = Outbound
        fields = ("msgtype", "status", "cid")


@extend_schema_view(list=extend_schema(summary="List outbound messages"))
class Outbounds(viewsets.ReadOnlyModelViewSet[Outbound]):
    """What is sent to WeChat Work in one call: up to 1,000 members get the same. A `message` names its `outbound`."""

    queryset = Outbound.objects.defer("body", "content", "options")
    serializer_class = OutboundSerializer
    filterset_class = OutboundFilter
    required_scopes = {"GET": "messages:read"}

    @extend_schema(summary="Get delivery results", responses=OutboundResultsSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What became of an outbound message, for each of its recipients."""
        return Response(OutboundResultsSerializer(self.get_object()).data)
