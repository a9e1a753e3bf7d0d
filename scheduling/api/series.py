"""Series and their members over REST."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.contrib.auth.base_user import AbstractBaseUser
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.web.api_filters import IdFilter, UserIdFilter
from scheduling import services
from scheduling.api.calendar.unknown_days import SharesCalendars
from scheduling.api.campaign_serializers import CampaignNoteSerializer, StartSerializer
from scheduling.api.campaigns import READ, WRITE
from scheduling.api.rehearsal import Rehearsals
from scheduling.api.series_serializers import (
    EnrolmentForecastSerializer,
    EnrolmentRequestSerializer,
    EnrolmentSerializer,
    SeriesChangeSerializer,
    SeriesForecastSerializer,
    SeriesSerializer,
    StopSerializer,
    with_steps,
)
from scheduling.models import Enrolment, Series

STEPS = {
    "request_rehearsal": ("campaigns:read", "scheduling.view_series"),
    **dict.fromkeys(("approve", "send_back"), ("campaigns:approve", "scheduling.approve_series")),
    **dict.fromkeys(("start", "pause", "resume", "cancel", "members"), ("campaigns:send", "scheduling.send_series")),
}
"""The scope and the permission of the steps that are no writing."""
STOP = {"stop": ("campaigns:send", "scheduling.change_enrolment")}


class StepPermissions(viewsets.GenericViewSet[Any]):
    """A person needs the right of a step; an API client its scope."""

    steps: dict[str, tuple[str, str]] = {}

    def check_permissions(self, request: Request) -> None:
        permission = self.steps.get(self.action or "", ("", ""))[1]
        if not permission or not isinstance(request.user, AbstractBaseUser):
            super().check_permissions(request)
        elif not (getattr(request.user, "is_staff", False) and request.user.has_perm(permission)):
            self.permission_denied(request)

    @property
    def person(self) -> AbstractBaseUser | None:
        return self.request.user if isinstance(self.request.user, AbstractBaseUser) else None

    def body(self, kind: type[Any]) -> dict[str, Any]:
        body = kind(data=self.request.data or {})
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)


class SeriesFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which series to list."""

    application = IdFilter()

    class Meta:
        model = Series
        fields = ("state", "anchor")


@extend_schema_view(
    list=extend_schema(summary="List series"),
    retrieve=extend_schema(summary="Get a series"),
    read_rehearsal=extend_schema(operation_id="series_rehearsal_read"),
)
class SeriesView(SharesCalendars, StepPermissions, Rehearsals, viewsets.ModelViewSet[Series]):
    """Messages on days counted from a date or an event of each member. A second person approves the whole."""

    queryset = with_steps()
    serializer_class = SeriesSerializer
    filterset_class = SeriesFilter
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    required_scopes = {"GET": READ, "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}
    action_scopes = {step: scope for step, (scope, _permission) in STEPS.items()}
    steps = STEPS

    @extend_schema(summary="Create a series")
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """It is a draft, with its steps. `problems` has the errors that keep it from being approved."""
        answer = super().create(request, *args, **kwargs)
        answer.headers["Location"] = reverse("series-detail", args=[answer.data["id"]], request=request)
        return answer

    @extend_schema(summary="Change a series")
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes the given fields only; `steps` replaces all. A change of what was approved makes it a draft."""
        return super().partial_update(request, *args, **kwargs)

    @extend_schema(summary="Delete a series")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Deletes one that never went out. Cancel another one."""
        services.remove_mailing(self.get_object())
        return Response(status=204)

    @extend_schema(summary="Ask for a series to be approved", request=None, responses=SeriesSerializer)
    @action(detail=True, methods=["post"], url_path="ask-approval")
    def ask_approval(self, request: Request, pk: str) -> Response:
        """Binds the request to its rule and all its steps."""
        return self._step(lambda row: services.ask_approval(row, by=self.person))

    @extend_schema(summary="Approve a series", request=CampaignNoteSerializer, responses=SeriesSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Needs `campaigns:approve`. A person does not approve what they asked for."""
        why = self.body(CampaignNoteSerializer)["why"]
        return self._step(lambda row: services.approve(row, by=self.person, why=why))

    @extend_schema(summary="Send a series back", request=CampaignNoteSerializer, responses=SeriesSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: str) -> Response:
        """Answers a request for approval with a note. Needs `campaigns:approve`."""
        why = self.body(CampaignNoteSerializer)["why"]
        return self._step(lambda row: services.send_back_mailing(row, by=self.person, why=why))

    @extend_schema(
        summary="Start a series",
        request=StartSerializer,
        responses={200: SeriesSerializer, 202: SeriesForecastSerializer},
    )
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """Members come in from now on. With `dry_run` it answers 202 with what that would do."""
        if self.body(StartSerializer)["dry_run"]:
            forecast = services.forecast_series(self.get_object())
            return Response(SeriesForecastSerializer(forecast).data, status=202)
        return self._step(lambda row: services.start_series(row, by=self.person))

    @extend_schema(summary="Pause a series", request=CampaignNoteSerializer, responses=SeriesSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Pauses all its steps, and takes back what was not sent yet."""
        why = self.body(CampaignNoteSerializer)["why"]
        return self._step(lambda row: services.pause_mailing(row, by=self.person, why=why))

    @extend_schema(summary="Resume a series", request=None, responses=SeriesSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Goes on; `late` says what becomes of steps that were missed."""
        return self._step(lambda row: services.resume_mailing(row, by=self.person))

    @extend_schema(summary="Cancel a series", request=CampaignNoteSerializer, responses=SeriesSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Ends it for good, for all members who are in it."""
        why = self.body(CampaignNoteSerializer)["why"]
        return self._step(lambda row: services.cancel_mailing(row, by=self.person, why=why))

    @extend_schema(
        summary="Add a member to a series",
        request=EnrolmentRequestSerializer,
        responses={200: EnrolmentSerializer, 201: EnrolmentSerializer, 202: EnrolmentForecastSerializer},
    )
    @action(detail=True, methods=["post"])
    def members(self, request: Request, pk: str) -> Response:
        """Takes a member in once: a repeated call answers 200 with the same. With `dry_run` it says what would come."""
        series, body = self.get_object(), self.body(EnrolmentRequestSerializer)
        if body["dry_run"]:
            ahead = services.preview_enrolment(series, body["user_id"], on=body.get("on"))
            return Response(EnrolmentForecastSerializer({"steps": ahead}).data, status=202)
        row, fresh = services.enrol(series, body["user_id"], on=body.get("on"), source=Enrolment.Source.API)
        return Response(EnrolmentSerializer(row).data, status=201 if fresh else 200)

    @extend_schema(operation_id="series_changes_retrieve")
    @extend_schema(
        summary="Get the steps in the life of a series", responses=SeriesChangeSerializer(many=True), filters=False
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def changes(self, request: Request, pk: str) -> Response:
        """Who took which step, when and why, newest first."""
        return Response(SeriesChangeSerializer(self.get_object().changes.all()[:200], many=True).data)

    def _step(self, step: Callable[[Series], Series]) -> Response:
        row = step(self.get_object())
        return Response(self.get_serializer(self.get_queryset().get(pk=row.pk)).data)


class EnrolmentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which members of series to list."""

    series = IdFilter()
    user_id = UserIdFilter("member__user_id")

    class Meta:
        model = Enrolment
        fields = ("status", "reason", "source")


@extend_schema_view(
    list=extend_schema(summary="List members of series"), retrieve=extend_schema(summary="Get a member of a series")
)
class Enrolments(StepPermissions, viewsets.ReadOnlyModelViewSet[Enrolment]):
    """Who is in a series, from which day their steps are counted, and how it ended."""

    queryset = Enrolment.objects.select_related("member").prefetch_related("taken")
    serializer_class = EnrolmentSerializer
    filterset_class = EnrolmentFilter
    required_scopes = {"GET": READ, "POST": WRITE}
    action_scopes = {step: scope for step, (scope, _permission) in STOP.items()}
    steps = STOP

    @extend_schema(summary="Stop a series for a member", request=StopSerializer, responses=EnrolmentSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """The member gets no further step. Needs `campaigns:send`."""
        reason = Enrolment.Reason.PERSON if self.person else Enrolment.Reason.API
        note = self.body(StopSerializer)["note"]
        services.stop_member(self.get_object(), by=self.person, note=note, reason=reason)
        return Response(self.get_serializer(self.get_object()).data)
