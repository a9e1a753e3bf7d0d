"""Schedules and their runs over REST."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.parties.acting_client import account_of
from core.web.api_filters import IdFilter, StrictBooleanFilter
from scheduling import services
from scheduling.api.calendar.unknown_days import SharesCalendars
from scheduling.api.serializers import (
    ConversionSerializer,
    ConvertedSerializer,
    RunDetailSerializer,
    RunSerializer,
    ScheduleSerializer,
    SendBackSerializer,
)
from scheduling.models import Run, Schedule

WRITE = "schedules:write"
DRAFT = "schedules:draft"


class ScheduleFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which schedules to list."""

    application = IdFilter()
    digital_human = IdFilter()
    paused = StrictBooleanFilter()
    draft = StrictBooleanFilter()

    class Meta:
        model = Schedule
        fields = ("name", "message_type", "days")


@extend_schema_view(
    list=extend_schema(summary="List schedules"),
    retrieve=extend_schema(summary="Get a schedule"),
)
class Schedules(SharesCalendars, viewsets.ModelViewSet[Schedule]):
    """Recurring texts and videos, by a cron line in a time zone."""

    queryset = Schedule.objects.select_related("application")
    serializer_class = ScheduleSerializer
    filterset_class = ScheduleFilter
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    required_scopes = {"GET": "schedules:read", "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}
    partial_scopes = dict.fromkeys(("create", "partial_update", "destroy", "ask_for_publishing"), DRAFT)
    action_scopes: Mapping[str, str] = {"convert": "campaigns:write"}

    def check_object_permissions(self, request: Request, obj: Schedule) -> None:
        """Without the right to publish, only drafts are changed."""
        super().check_object_permissions(request, obj)
        if self.action == "convert":  # which leaves the schedule as it is
            return
        if request.method not in SAFE_METHODS and not obj.draft and not self._publishes():
            raise PermissionDenied

    def perform_create(self, serializer: Any) -> None:
        serializer.save(**({} if self._publishes() else {"draft": True}))

    def _publishes(self) -> bool:
        scopes = getattr(self.request.user, "scopes", None)
        return self.request.user.has_perm("scheduling.publish_schedule") if scopes is None else WRITE in scopes

    def _need_publishing(self) -> None:
        if not self._publishes():
            raise PermissionDenied

    @extend_schema(summary="Create a schedule")
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The first run is the first of `next_runs`; past times are skipped. With `schedules:draft` it is a draft."""
        answer = super().create(request, *args, **kwargs)
        answer.headers["Location"] = reverse("schedule-detail", args=[answer.data["id"]], request=request)
        return answer

    @extend_schema(summary="Change a schedule")
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes the given fields only. After a change of time, earlier due times are skipped."""
        return super().partial_update(request, *args, **kwargs)

    @extend_schema(summary="Delete a schedule")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Deletes its runs too. Sent messages stay."""
        services.remove(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Pause a schedule", request=None, responses=ScheduleSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Nothing is sent until you resume it. A paused schedule stays paused."""
        schedule = self.get_object()
        services.pause(schedule)
        return Response(self.get_serializer(schedule).data)

    @extend_schema(summary="Resume a schedule", request=None, responses=ScheduleSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Continues from now; due times during the pause are skipped."""
        schedule = self.get_object()
        services.resume(schedule)
        return Response(self.get_serializer(schedule).data)

    @extend_schema(summary="Ask for a draft to be published", request=None, responses=ScheduleSerializer)
    @action(detail=True, methods=["post"], url_path="ask-for-publishing")
    def ask_for_publishing(self, request: Request, pk: str) -> Response:
        """Those who may publish see it on their home page. Asking again changes nothing."""
        schedule = self.get_object()
        by = account_of(request)
        return Response(self.get_serializer(services.ask_for_publishing(schedule, by=by)).data)

    @extend_schema(summary="Publish a draft", request=None, responses=ScheduleSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """It sends at its times from now on. Needs `schedules:write`."""
        self._need_publishing()
        return Response(self.get_serializer(services.publish(self.get_object())).data)

    @extend_schema(summary="Send a draft back", request=SendBackSerializer, responses=ScheduleSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: str) -> Response:
        """Answers a request to publish with a note; it stays a draft. Needs `schedules:write`."""
        self._need_publishing()
        schedule, body = self.get_object(), SendBackSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        services.send_back(schedule, note=body.validated_data["note"])
        return Response(self.get_serializer(schedule).data)

    @extend_schema(
        summary="Turn a schedule into a campaign",
        request=ConversionSerializer,
        responses={201: ConvertedSerializer, 202: ConvertedSerializer},
    )
    @action(detail=True, methods=["post"])
    def convert(self, request: Request, pk: str) -> Response:
        """Makes a draft with the same words, members and times. The schedule goes on until the campaign starts.

        With `dry_run` nothing is made, and the answer is 202. Needs `campaigns:write`.
        """
        schedule, body = self.get_object(), ConversionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        by = account_of(request)
        if by is not None and not request.user.has_perm("scheduling.add_campaign"):
            raise PermissionDenied
        differences = services.successor_of(schedule).differences
        if body.validated_data["dry_run"]:
            return Response({"campaign": None, "differences": differences}, status=status.HTTP_202_ACCEPTED)
        campaign = services.convert_schedule(schedule, ends_schedule=body.validated_data["ends_schedule"], by=by)
        where = reverse("campaign-detail", args=[campaign.pk], request=request)
        data = {"campaign": campaign.pk, "differences": differences}
        return Response(data, status=status.HTTP_201_CREATED, headers={"Location": where})

    @extend_schema(summary="Run a schedule now", request=None, responses={201: RunDetailSerializer})
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: str) -> Response:
        """Runs it at once, in addition to its own times and even while paused. The run has the `outcome`."""
        may = getattr(request.user, "has_perm", None)
        if may is not None and not may("scheduling.run_schedule"):
            raise PermissionDenied
        run = services.run_now(self.get_object())
        where = reverse("schedule-run-detail", args=[run.pk], request=request)
        data = RunDetailSerializer(Runs.queryset.get(pk=run.pk)).data
        return Response(data, status=status.HTTP_201_CREATED, headers={"Location": where})


class RunFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which runs to list."""

    schedule = IdFilter()
    by_hand = StrictBooleanFilter()
    due_after = django_filters.IsoDateTimeFilter("due_at", "gt")
    due_before = django_filters.IsoDateTimeFilter("due_at", "lt")

    class Meta:
        model = Run
        fields = ("outcome", "cid")


@extend_schema_view(list=extend_schema(summary="List runs"), retrieve=extend_schema(summary="Get a run"))
class Runs(viewsets.ReadOnlyModelViewSet[Run]):
    """Outcomes of schedules: sent, missed, failed or skipped."""

    queryset: QuerySet[Run] = Run.objects.select_related("schedule").annotate(message_count=Count("messages"))
    filterset_class = RunFilter
    required_scopes = {"GET": "schedules:read"}

    def get_serializer_class(self) -> type[RunSerializer]:
        return RunDetailSerializer if self.action == "retrieve" else RunSerializer
