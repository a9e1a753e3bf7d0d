"""Series and their members over REST."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.web.api_filters import IdFilter, UserIdFilter
from scheduling import services
from scheduling.api.calendar.unknown_days import SharesCalendars
from scheduling.api.campaign_serializers import StartSerializer
from scheduling.api.mailings import READ, WRITE, MailingSteps, StepPermissions, document_steps, rights_of_steps
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

STEPS = {**rights_of_steps("series"), "members": ("campaigns:send", "scheduling.send_series")}
STOP = {"stop": ("campaigns:send", "scheduling.change_enrolment")}


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
@document_steps(
    "a series",
    SeriesSerializer,
    extend_schema(
        operation_id="series_changes_retrieve",
        summary="Get the steps in the life of a series",
        responses=SeriesChangeSerializer(many=True),
        filters=False,
    ),
    ask_approval="Binds the request to its rule and all its steps.",
    pause="Pauses all its steps, and takes back what was not sent yet.",
    resume="Goes on; `late` says what becomes of steps that were missed.",
    cancel="Ends it for good, for all members who are in it.",
)
class SeriesView(SharesCalendars, MailingSteps, Rehearsals, viewsets.ModelViewSet[Series]):
    """Messages on days counted from a date or an event of each member. A second person approves the whole."""

    queryset = with_steps()
    serializer_class = SeriesSerializer
    filterset_class = SeriesFilter
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    required_scopes = {"GET": READ, "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}
    action_scopes = {step: scope for step, (scope, _permission) in STEPS.items()}
    steps = STEPS
    change_serializer = SeriesChangeSerializer

    @extend_schema(summary="Create a series")
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """It is a draft, with its steps. `problems` has the errors that keep it from being approved."""
        answer = super().create(request, *args, **kwargs)
        answer.headers["Location"] = reverse("series-detail", args=[answer.data["id"]], request=request)
        return answer

    @extend_schema(summary="Change a series")
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes the given fields only; `steps` replaces all. A change of approved content makes it a draft."""
        return super().partial_update(request, *args, **kwargs)

    @extend_schema(summary="Delete a series")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Deletes one that never went out. Cancel another one."""
        services.remove_mailing(self.get_object())
        return Response(status=204)

    @extend_schema(
        summary="Start a series",
        request=StartSerializer,
        responses={200: SeriesSerializer, 202: SeriesForecastSerializer},
    )
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """Members come in from now on. With `dry_run` it answers 202 with the forecast."""
        if self.body(StartSerializer)["dry_run"]:
            forecast = services.forecast_series(self.get_object())
            return Response(SeriesForecastSerializer(forecast).data, status=202)
        return self.take(services.start_series)

    @extend_schema(
        summary="Add a member to a series",
        request=EnrolmentRequestSerializer,
        responses={200: EnrolmentSerializer, 201: EnrolmentSerializer, 202: EnrolmentForecastSerializer},
    )
    @action(detail=True, methods=["post"])
    def members(self, request: Request, pk: str) -> Response:
        """Takes a member in once: a repeated call answers 200 with the same. With `dry_run` it lists the steps that
        would come.
        """
        series, body = self.get_object(), self.body(EnrolmentRequestSerializer)
        if body["dry_run"]:
            ahead = services.preview_enrolment(series, body["user_id"], on=body.get("on"))
            return Response(EnrolmentForecastSerializer({"steps": ahead}).data, status=202)
        row, fresh = services.enrol(series, body["user_id"], on=body.get("on"), source=Enrolment.Source.API)
        return Response(EnrolmentSerializer(row).data, status=201 if fresh else 200)


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
