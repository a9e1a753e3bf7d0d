"""Campaigns, their runs and deliveries over REST."""

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
from scheduling.api.campaign_files import CampaignFiles
from scheduling.api.campaign_previews import CampaignPreviews
from scheduling.api.campaign_serializers import (
    CampaignChangeSerializer,
    CampaignForecastSerializer,
    CampaignRunSerializer,
    CampaignSerializer,
    CampaignStartSerializer,
    DeliveryExplanationSerializer,
    DeliverySerializer,
    EvidenceSerializer,
    RunReportSerializer,
    StartedCampaignSerializer,
)
from scheduling.api.confirmations import Confirmations
from scheduling.api.mailings import READ, WRITE, MailingSteps, document_steps, rights_of_steps
from scheduling.api.rehearsal import Rehearsals
from scheduling.models import Campaign, CampaignRun, Delivery

STEPS = {
    **rights_of_steps("campaign"),
    "start_alone": ("campaigns:alone", "scheduling.start_alone_campaign"),
    "run_now": ("campaigns:send", "scheduling.send_campaign"),
    "send_test": (WRITE, "scheduling.change_campaign"),
}


class CampaignFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which campaigns to list."""

    application = IdFilter()
    topic = IdFilter()

    class Meta:
        model = Campaign
        fields = ("state", "content_type", "message_class", "repeats")


@extend_schema_view(
    list=extend_schema(summary="List campaigns"),
    retrieve=extend_schema(summary="Get a campaign"),
    read_rehearsal=extend_schema(operation_id="campaigns_rehearsal_read"),
)
@document_steps(
    "a campaign",
    CampaignSerializer,
    extend_schema(
        operation_id="campaigns_changes_retrieve",
        summary="Get the steps of a campaign",
        responses=CampaignChangeSerializer(many=True),
        filters=False,
    ),
    ask_approval="Binds the request to what the campaign is now.",
    pause="Takes back what was not sent yet.",
    resume="Goes on with those who have not got it.",
    cancel="Ends it for good. Sent messages stay.",
)
class Campaigns(
    SharesCalendars, CampaignFiles, CampaignPreviews, MailingSteps, Rehearsals, viewsets.ModelViewSet[Campaign]
):
    """The same message for many members. A second person approves exactly this content and audience: an edit voids
    that.
    """

    queryset = Campaign.objects.select_related("application").prefetch_related("contents")
    serializer_class = CampaignSerializer
    filterset_class = CampaignFilter
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    required_scopes = {"GET": READ, "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}
    action_scopes = {step: scope for step, (scope, _permission) in STEPS.items()}
    steps = STEPS
    change_serializer = CampaignChangeSerializer

    def get_queryset(self) -> Any:
        """Steps stand in their series; each can be read and changed here, too."""
        rows = super().get_queryset()
        return rows.filter(series=None) if self.action == "list" else rows

    @extend_schema(summary="Create a campaign")
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """It is a draft. `problems` has the errors that keep it from being approved."""
        answer = super().create(request, *args, **kwargs)
        answer.headers["Location"] = reverse("campaign-detail", args=[answer.data["id"]], request=request)
        return answer

    @extend_schema(summary="Change a campaign")
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes the given fields only; `contents` replaces all. A change of approved content makes it a draft."""
        return super().partial_update(request, *args, **kwargs)

    @extend_schema(summary="Delete a campaign")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Deletes a draft. One that was started is cancelled instead, and keeps its runs."""
        services.remove_mailing(self.get_object())
        return Response(status=204)

    @extend_schema(
        summary="Start a campaign",
        request=CampaignStartSerializer,
        responses={200: StartedCampaignSerializer, 202: CampaignForecastSerializer},
    )
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """It goes out at its moments from now on, or at once. With `dry_run` it answers 202 with the forecast.

        Refused for the first of the `blockers` of a dry run; `anyway` overrides those that are not `final`. `odd_hour`
        warns of a moment at night or on a day off; `at` or `next_working_day_at` put the start off.
        """
        return self._start(alone=False)

    @extend_schema(
        summary="Start a campaign without approval",
        request=CampaignStartSerializer,
        responses={200: StartedCampaignSerializer, 202: CampaignForecastSerializer},
    )
    @action(detail=True, methods=["post"], url_path="start-alone")
    def start_alone(self, request: Request, pk: str) -> Response:
        """As `start/`, for a campaign whose `policy` is `alone`. Needs `campaigns:alone`."""
        return self._start(alone=True)

    @extend_schema(summary="Send a repeated campaign now", request=None, responses={201: CampaignRunSerializer})
    @action(detail=True, methods=["post"], url_path="run-now")
    def run_now(self, request: Request, pk: str) -> Response:
        """Besides its moments. Twice in a second sends once. Needs `campaigns:send`."""
        run = services.run_campaign_now(self.get_object(), by=self.person)
        return Response(CampaignRunSerializer(run).data, status=201)

    def _start(self, *, alone: bool) -> Response:
        asked, campaign = self.body(CampaignStartSerializer), self.get_object()
        at = asked["at"]
        if asked["next_working_day_at"] is not None:
            at = services.next_working_day(campaign, asked["next_working_day_at"])
        if asked["dry_run"]:
            forecast = services.forecast_campaign(campaign, at=at, alone=alone)
            return Response(CampaignForecastSerializer(forecast).data, status=202)
        started = services.start_unblocked(campaign, alone=alone, anyway=asked["anyway"], at=at, by=self.person)
        return Response(StartedCampaignSerializer(started, context=self.get_serializer_context()).data)


class CampaignRunFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which runs to list."""

    campaign = IdFilter()

    class Meta:
        model = CampaignRun
        fields = ("status", "cid")


@extend_schema_view(
    list=extend_schema(summary="List runs of campaigns"), retrieve=extend_schema(summary="Get a run of a campaign")
)
class CampaignRuns(Confirmations, viewsets.ReadOnlyModelViewSet[CampaignRun]):
    """Moments of campaigns, with the numbers of members reached, left out and missed."""

    queryset = CampaignRun.objects.select_related("campaign__application")
    serializer_class = CampaignRunSerializer
    filterset_class = CampaignRunFilter
    required_scopes = {"GET": READ, "POST": WRITE}

    @extend_schema(summary="Get the report of a run", responses=RunReportSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def report(self, request: Request, pk: str) -> Response:
        """Sent, failed, replied, answered and clicked: in all, by variant, and over time."""
        return Response(RunReportSerializer(services.report_of(self.get_object())).data)


class DeliveryFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which deliveries to list."""

    run = IdFilter()
    campaign = IdFilter("run__campaign")
    user_id = UserIdFilter("member__user_id")

    class Meta:
        model = Delivery
        fields = ("status", "reason")


@extend_schema_view(list=extend_schema(summary="List deliveries"), retrieve=extend_schema(summary="Get a delivery"))
class Deliveries(viewsets.ReadOnlyModelViewSet[Delivery]):
    """The outcome of each member of a campaign, with the reason if they did not get it."""

    queryset = Delivery.objects.select_related("member", "run__campaign")
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    required_scopes = {"GET": READ}

    @extend_schema(summary="Get why a member got it", responses=DeliveryExplanationSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def why(self, request: Request, pk: str) -> Response:
        """Who planned and approved it, how the member came into it, and the outcome."""
        return Response(DeliveryExplanationSerializer(services.explain_delivery(self.get_object())).data)

    @extend_schema(summary="Get the evidence of a delivery", responses=EvidenceSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def evidence(self, request: Request, pk: str) -> Response:
        """The words, the consent, the approval and the moments of a delivery. Signed: `manage.py verify_evidence`."""
        return Response(services.evidence_bundle(self.get_object()))
