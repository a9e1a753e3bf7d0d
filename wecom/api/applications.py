"""Callbacks and applications over REST."""

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.confidentiality.confidential_api import ReadingViews
from core.diagnosis import Level, run_checks
from core.web.api_filters import IdFilter, StrictBooleanFilter, UserIdFilter
from wecom import services
from wecom.api.serializers import (
    ApplicationSerializer,
    CallbackSerializer,
    ConnectionSerializer,
    MenuRequestSerializer,
    MenuSerializer,
)
from wecom.api.serializers.applications import reads_content
from wecom.models import Application, Callback, Member


class CallbackFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which callbacks to list."""

    user_id = UserIdFilter("from_user_id", help_text="User ID of the member who caused it.")
    created_after = django_filters.IsoDateTimeFilter("created_at", "gt")

    class Meta:
        model = Callback
        fields = ("application", "kind", "event", "status", "cid")


@extend_schema_view(list=extend_schema(summary="List callbacks"), retrieve=extend_schema(summary="Get a callback"))
class Callbacks(ReadingViews, viewsets.ReadOnlyModelViewSet[Callback]):
    """Callbacks of WeChat Work, kept for 30 days. Message texts need the scope `callbacks:text`."""

    queryset = Callback.objects.select_related("application")
    serializer_class = CallbackSerializer
    filterset_class = CallbackFilter
    required_scopes = {"GET": "callbacks:read", "POST": "callbacks:write"}

    def may_read_words(self) -> bool:
        return reads_content(self.request.user)

    def people_in(self, rows: Sequence[Callback]) -> Iterable[int]:
        return Member.objects.keys_of((row.application.corporation_id, row.from_user_id) for row in rows)

    @extend_schema(summary="Replay a callback", request=None, responses=CallbackSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Handles it again; answers that were sent are not repeated. A callback that is being handled, or whose content
        was deleted, stays unchanged.
        """
        callback = self.get_object()
        services.replay_callback(callback)
        callback.refresh_from_db()
        return Response(self.get_serializer(callback).data)


class ApplicationFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which applications to list."""

    agent_id = IdFilter("agent_id")
    is_default = StrictBooleanFilter("is_default")
    enabled = StrictBooleanFilter("enabled")

    class Meta:
        model = Application
        fields = ("agent_id", "is_default", "enabled")


@extend_schema_view(
    list=extend_schema(summary="List applications"), retrieve=extend_schema(summary="Get an application")
)
class Applications(viewsets.ReadOnlyModelViewSet[Application]):
    """Connected applications. The API never shows their secrets."""

    queryset = Application.objects.select_related("corporation")
    serializer_class = ApplicationSerializer
    filterset_class = ApplicationFilter
    required_scopes = {"GET": "applications:read", "PUT": "applications:write"}

    @extend_schema(summary="Test a connection", responses=ConnectionSerializer)
    @action(detail=True)
    def connection(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Checks the stored credentials, the trusted IP and the visible range with WeChat Work.

        A wrong secret is tried only once. Texts are in the language of the request.

        """
        results = list(run_checks(services.doctor_checks(self.get_object(), connection_only=True)))
        works = all(result.finding.level != Level.BAD for result in results)
        return Response(ConnectionSerializer({"works": works, "checks": results}).data)

    @extend_schema(summary="Get the menu", responses=MenuSerializer)
    @action(detail=True)
    def menu(self, request: Request, pk: str) -> Response:
        """The buttons as stored here, and the state of the last publication."""
        return Response(MenuSerializer(services.get_menu(self.get_object())).data)

    @extend_schema(summary="Publish a menu", request=MenuRequestSerializer, responses={202: MenuSerializer})
    @menu.mapping.put
    def replace_menu(self, request: Request, pk: str) -> Response:
        """Replaces all buttons; without buttons, members see no menu. A worker publishes it."""
        application = self.get_object()
        serializer = MenuRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        services.replace_menu(application, serializer.validated_data["buttons"])
        return Response(MenuSerializer(services.get_menu(application)).data, status=status.HTTP_202_ACCEPTED)
