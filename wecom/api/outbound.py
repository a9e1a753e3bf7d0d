"""Outbound messages and delivery results over REST."""

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.web.api_filters import ChoiceFilter, IdFilter
from wecom import services
from wecom.api.serializers import OutboundResultsSerializer, OutboundSerializer
from wecom.exceptions import ContentError
from wecom.models import Outbound


class OutboundFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which outbound messages to list."""

    application = IdFilter()
    reason = ChoiceFilter(choices=Outbound.Reason.choices)
    created_after = django_filters.IsoDateTimeFilter("created_at", "gt")
    created_before = django_filters.IsoDateTimeFilter("created_at", "lt")

    class Meta:
        model = Outbound
        fields = ("msgtype", "status", "cid")


@extend_schema_view(list=extend_schema(summary="List outbound messages"))
class Outbounds(viewsets.ReadOnlyModelViewSet[Outbound]):
    """Each row is one call of WeChat Work for up to 1,000 members. A message names its `outbound`."""

    queryset = Outbound.objects.defer("body", "options")
    serializer_class = OutboundSerializer
    filterset_class = OutboundFilter
    required_scopes = {"GET": "messages:read", "POST": "messages:write"}

    @extend_schema(summary="Get delivery results", responses=OutboundResultsSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The result for each recipient, and all attempts."""
        return self._told(status.HTTP_200_OK)

    @extend_schema(summary="Resend an outbound message", request=None, responses={202: OutboundResultsSerializer})
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, pk: str) -> Response:
        """Sends it as a new message: members who got the first one get it twice. 409 while it is being sent."""
        if not services.resend(self.get_object()):
            raise _not_now(_("It is on its way."), _("Wait until it has ended."))
        return self._told(status.HTTP_202_ACCEPTED)

    @extend_schema(summary="Mark an outbound message as sent", request=None, responses=OutboundResultsSerializer)
    @action(detail=True, methods=["post"], url_path="treat-as-sent")
    def treat_as_sent(self, request: Request, pk: str) -> Response:
        """For the outcome `unknown`, after you asked whether it arrived; else 409."""
        if not services.treat_as_sent(self.get_object()):
            text = _("It is known what became of it.")
            raise _not_now(text, _("Only a message whose result is “unknown” can be taken for sent."))
        return self._told(status.HTTP_200_OK)

    @extend_schema(summary="Recall an outbound message", request=None, responses={202: OutboundResultsSerializer})
    @action(detail=True, methods=["post"])
    def recall(self, request: Request, pk: str) -> Response:
        """Recalls it from all recipients, with all parts, within 24 hours."""
        services.recall(self.get_object(), cid=request.headers.get("X-Request-ID", ""))
        return self._told(status.HTTP_202_ACCEPTED)

    def _told(self, code: int) -> Response:
        return Response(OutboundResultsSerializer(self.get_object()).data, status=code)


def _not_now(fault: str, remedy: str) -> ContentError:
    return ContentError(fault, code="not_now", remedy=remedy)
