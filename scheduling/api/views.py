"""Schedules and their runs over REST."""

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.web.api_filters import IdFilter, StrictBooleanFilter
from scheduling import services
from scheduling.api.serializers import RunDetailSerializer, RunSerializer, ScheduleSerializer
from scheduling.models import Run, Schedule, share_calendars

WRITE = "schedules:write"


class ScheduleFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which schedules to list."""

    application = IdFilter()
    digital_human = IdFilter()
    paused = StrictBooleanFilter()

    class Meta:
        model = Schedule
        fields = ("name", "message_type", "days")


@extend_schema_view(
    list=extend_schema(summary="List schedules"),
    retrieve=extend_schema(summary="Get a schedule"),
)
class Schedules(viewsets.ModelViewSet[Schedule]):
    """Recurring texts and videos, by a cron line in a time zone."""

    queryset = Schedule.objects.select_related("application")
    serializer_class = ScheduleSerializer
    filterset_class = ScheduleFilter
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    required_scopes = {"GET": "schedules:read", "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}

    def paginate_queryset(self, queryset: Any) -> Any:
        """The schedules of one company share its calendar."""
        return share_calendars(super().paginate_queryset(queryset) or [])

    @extend_schema(summary="Create a schedule")
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The first run is the first of `next_runs`; past times are skipped."""
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
