"""Golden conversations over REST: kept, compared with the draft, accepted."""

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from conversations import services
from conversations.api.serializers.golden import GoldenConversationRequestSerializer, GoldenConversationSerializer
from conversations.exceptions import OverrideRefused
from conversations.models import GoldenConversation
from core.parties.acting_client import account_of, check_may_approve
from core.web.api_filters import IdFilter

WRITE = "flows:write"


class GoldenConversationFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which golden conversations to list."""

    flow = IdFilter()

    class Meta:
        model = GoldenConversation
        fields = ("name",)


@extend_schema_view(
    list=extend_schema(summary="List golden conversations"),
    retrieve=extend_schema(summary="Get a golden conversation"),
    partial_update=extend_schema(summary="Rename a golden conversation"),
    destroy=extend_schema(summary="Delete a golden conversation"),
)
class GoldenConversations(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[GoldenConversation],
):
    """Conversations that flows have to hold as they are. `flows/{id}/golden/` compares them with the draft."""

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    queryset = GoldenConversation.objects.select_related("member")
    serializer_class = GoldenConversationSerializer
    filterset_class = GoldenConversationFilter
    required_scopes = {"GET": "flows:read", "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}

    @extend_schema(
        summary="Keep a conversation as golden",
        request=GoldenConversationRequestSerializer,
        responses={201: GoldenConversationSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Runs the inputs on the draft and keeps its replies. No message is sent."""
        body = GoldenConversationRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        if body.validated_data["user_id"] and not _may_read_members(request.user):
            raise PermissionDenied
        golden = body.keep(account_of(request))
        headers = {"Location": reverse("golden-conversation-detail", args=[golden.pk], request=request)}
        return Response(GoldenConversationSerializer(golden).data, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(summary="Accept what the draft says now", request=None, responses=GoldenConversationSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """That is golden from now on."""
        golden = services.accept_golden(self.get_object(), by=account_of(request))
        return Response(GoldenConversationSerializer(golden).data)


def check_may_override(request: Request) -> None:
    """Raise `OverrideRefused` for a person without the right, and for a client that approves nothing."""
    check_may_approve()
    account = account_of(request)
    if account is not None and not request.user.has_perm("conversations.override_goldenconversation"):
        fault = _("Golden conversations differ, and you have no right to publish all the same.")
        remedy = _("Ask an administrator for the right, or accept what the flow says now.")
        raise OverrideRefused(fault, code="override_missing", remedy=remedy)


def _may_read_members(who: Any) -> bool:
    """Whether a client has the scope, or a person the right."""
    scopes = getattr(who, "scopes", None)
    return "members:read" in scopes if scopes is not None else bool(who.has_perm("wecom.view_member"))
