"""Campaigns, their runs and deliveries over REST."""

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
from scheduling.api.campaign_files import CampaignFiles
from scheduling.api.campaign_previews import CampaignPreviews
from scheduling.api.campaign_serializers import (
    CampaignChangeSerializer,
    CampaignForecastSerializer,
    CampaignNoteSerializer,
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
from scheduling.api.rehearsal import Rehearsals
from scheduling.models import Campaign, CampaignRun, Delivery

READ, WRITE = "campaigns:read", "campaigns:write"
STEPS = {
    "request_rehearsal": ("campaigns:read", "scheduling.view_campaign"),
    **dict.fromkeys(("approve", "send_back"), ("campaigns:approve", "scheduling.approve_campaign")),
    "send_test": (WRITE, "scheduling.change_campaign"),
    **dict.fromkeys(("start", "pause", "resume", "cancel"), ("campaigns:send", "scheduling.send_campaign")),
}
"""The scope and the permission of the steps that add or change no row of the API."""


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
class Campaigns(SharesCalendars, CampaignFiles, CampaignPreviews, Rehearsals, viewsets.ModelViewSet[Campaign]):
    """The same message for many members. A second person approves exactly what is sent: an edit voids that."""

    queryset = Campaign.objects.select_related("application").prefetch_related("contents")
    serializer_class = CampaignSerializer
    filterset_class = CampaignFilter
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    required_scopes = {"GET": READ, "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}
    action_scopes = {step: scope for step, (scope, _permission) in STEPS.items()}

    def check_permissions(self, request: Request) -> None:
        """A person needs the right of the step; an API client its scope."""
        permission = STEPS.get(self.action or "", ("", ""))[1]
        if not permission or not isinstance(request.user, AbstractBaseUser):
            super().check_permissions(request)
        elif not (getattr(request.user, "is_staff", False) and request.user.has_perm(permission)):
            self.permission_denied(request)

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
        """Changes the given fields only; `contents` replaces all. A change of what was approved makes it a draft."""
        return super().partial_update(request, *args, **kwargs)

    @extend_schema(summary="Delete a campaign")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Deletes a draft. One that was started is cancelled instead, and keeps its runs."""
        services.remove_mailing(self.get_object())
        return Response(status=204)

    @extend_schema(summary="Ask for a campaign to be approved", request=None, responses=CampaignSerializer)
    @action(detail=True, methods=["post"], url_path="ask-approval")
    def ask_approval(self, request: Request, pk: str) -> Response:
        """Binds the request to what the campaign is now."""
        return self._step(lambda row: services.ask_approval(row, by=self._person))

    @extend_schema(summary="Approve a campaign", request=CampaignNoteSerializer, responses=CampaignSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Needs `campaigns:approve`. A person does not approve what they asked for."""
        why = self._body(CampaignNoteSerializer)["why"]
        return self._step(lambda row: services.approve(row, by=self._person, why=why))

    @extend_schema(summary="Send a campaign back", request=CampaignNoteSerializer, responses=CampaignSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: str) -> Response:
        """Answers a request for approval with a note. Needs `campaigns:approve`."""
        why = self._body(CampaignNoteSerializer)["why"]
        return self._step(lambda row: services.send_back_mailing(row, by=self._person, why=why))

    @extend_schema(
        summary="Start a campaign",
        request=CampaignStartSerializer,
        responses={200: StartedCampaignSerializer, 202: CampaignForecastSerializer},
    )
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """It goes out at its moments from now on, or at once. With `dry_run` it answers 202 with what that would do.

        Refused for the first of the `blockers` of a dry run; `anyway` overrides those that are not `final`. `odd_hour`
        warns of a moment at night or on a day off; `at` or `next_working_day_at` put the start off.
        """
        asked, campaign = self._body(CampaignStartSerializer), self.get_object()
        at = asked["at"]
        if asked["next_working_day_at"] is not None:
            at = services.next_working_day(campaign, asked["next_working_day_at"])
        if asked["dry_run"]:
            forecast = services.forecast_campaign(campaign, at=at)
            return Response(CampaignForecastSerializer(forecast).data, status=202)
        started = services.start_unblocked(campaign, anyway=asked["anyway"], at=at, by=self._person)
        return Response(StartedCampaignSerializer(started, context=self.get_serializer_context()).data)

    @extend_schema(summary="Pause a campaign", request=CampaignNoteSerializer, responses=CampaignSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Takes back what was not sent yet."""
        why = self._body(CampaignNoteSerializer)["why"]
        return self._step(lambda row: services.pause_mailing(row, by=self._person, why=why))

    @extend_schema(summary="Resume a campaign", request=None, responses=CampaignSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Goes on with those who have not got it."""
        return self._step(lambda row: services.resume_mailing(row, by=self._person))

    @extend_schema(summary="Cancel a campaign", request=CampaignNoteSerializer, responses=CampaignSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Ends it for good. Sent messages stay."""
        why = self._body(CampaignNoteSerializer)["why"]
        return self._step(lambda row: services.cancel_mailing(row, by=self._person, why=why))

    @extend_schema(operation_id="campaigns_changes_retrieve")
    @extend_schema(summary="Get the steps of a campaign", responses=CampaignChangeSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def changes(self, request: Request, pk: str) -> Response:
        """Who took which step, when and why, newest first."""
        return Response(CampaignChangeSerializer(self.get_object().changes.all()[:200], many=True).data)

    @property
    def _person(self) -> AbstractBaseUser | None:
        return self.request.user if isinstance(self.request.user, AbstractBaseUser) else None

    def _body(self, kind: type[Any]) -> dict[str, Any]:
        body = kind(data=self.request.data or {})
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def _step(self, step: Callable[[Campaign], Campaign]) -> Response:
        return Response(self.get_serializer(step(self.get_object())).data)


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
    """What became of each member of a campaign, with the reason if they did not get it."""

    queryset = Delivery.objects.select_related("member", "run__campaign")
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    required_scopes = {"GET": READ}

    @extend_schema(summary="Get why a member got it", responses=DeliveryExplanationSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def why(self, request: Request, pk: str) -> Response:
        """Who planned and approved it, how the member came into it, and what became of it."""
        return Response(DeliveryExplanationSerializer(services.explain_delivery(self.get_object())).data)

    @extend_schema(summary="Get the evidence of a delivery", responses=EvidenceSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def evidence(self, request: Request, pk: str) -> Response:
        """What was said, with which consent, who approved it, when it went out. Signed: `manage.py verify_evidence`."""
        return Response(services.evidence_bundle(self.get_object()))
