"""Schedules and their runs over REST, as since 0.5: each is a campaign without approval. One release keeps them."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.parties.acting_client import account_of
from core.web.api_fields import ChoiceField
from core.web.api_filters import IdFilter, StrictBooleanFilter
from scheduling import services
from scheduling.api.calendar.unknown_days import SharesCalendars
from scheduling.api.schedule_serializers import (
    ConversionSerializer,
    ConvertedSerializer,
    MessageType,
    Outcome,
    RunDetailSerializer,
    RunSerializer,
    ScheduleSerializer,
    SendBackSerializer,
    is_draft,
)
from scheduling.models import Campaign, CampaignChange, CampaignContent, CampaignRun, Delivery

WRITE = "schedules:write"
DRAFT = "schedules:draft"
R = CampaignRun.Reason
OUTCOMES: Mapping[str, Q] = {
    Outcome.MISSED: Q(reason=R.MISSED),
    Outcome.SKIPPED: Q(reason__in=(R.NOBODY, R.DAYS_UNKNOWN, R.CANCELLED)),
    Outcome.SENT: Q(reason=""),
}


def campaigns_of_schedules() -> QuerySet[Campaign]:
    """The campaign of each schedule: one that goes on before one that has ended, then the newest."""
    over = Q(state__in=Campaign.OVER)
    theirs = Campaign.objects.filter(replaces=OuterRef("replaces")).annotate(is_over=over).order_by("is_over", "-pk")
    rows = Campaign.objects.exclude(replaces=None).filter(pk=Subquery(theirs.values("pk")[:1]))
    last = CampaignChange.objects.filter(campaign=OuterRef("pk")).order_by("-pk")
    contents = CampaignContent.objects.select_related("digital_human", "template", "presentation")
    return (
        rows.annotate(last_before=Subquery(last.values("before")[:1]), last_why=Subquery(last.values("why")[:1]))
        .select_related("application", "topic")
        .prefetch_related(Prefetch("contents", contents))
        .order_by("replaces_id")
    )


def runs_of_schedules() -> QuerySet[CampaignRun]:
    """Their runs, with who was left out."""
    left_out = Delivery.objects.filter(status=Delivery.Status.SKIPPED).select_related("member")
    rows = CampaignRun.objects.exclude(campaign__replaces=None).select_related("campaign")
    return rows.prefetch_related(Prefetch("deliveries", left_out, to_attr="those_left_out"))


class ScheduleFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which schedules to list."""

    application = IdFilter()
    digital_human = IdFilter("contents__digital_human")
    paused = StrictBooleanFilter(method="by_pause")
    draft = StrictBooleanFilter(method="by_draft")
    message_type = django_filters.ChoiceFilter(choices=MessageType.choices, method="by_type")

    class Meta:
        model = Campaign
        fields = ("name", "days")

    @extend_schema_field(ChoiceField(choices=MessageType.choices))
    def by_type(self, rows: QuerySet[Campaign], _name: str, kind: str) -> QuerySet[Campaign]:
        return rows.filter(content_type=kind)

    def by_pause(self, rows: QuerySet[Campaign], _name: str, paused: bool) -> QuerySet[Campaign]:
        return rows.exclude(state__in=Campaign.ON) if paused else rows.filter(state__in=Campaign.ON)

    def by_draft(self, rows: QuerySet[Campaign], _name: str, draft: bool) -> QuerySet[Campaign]:
        drafts = Q(state__in=("draft", "waiting", "approved"))
        return rows.filter(drafts if draft else ~drafts)


@extend_schema_view(
    list=extend_schema(summary="List schedules"),
    retrieve=extend_schema(summary="Get a schedule"),
)
class Schedules(SharesCalendars, viewsets.ModelViewSet[Campaign]):
    """Recurring texts and videos, by a cron line in a time zone. Each is a campaign, whose addresses do the same."""

    queryset = campaigns_of_schedules()
    serializer_class = ScheduleSerializer
    filterset_class = ScheduleFilter
    lookup_field, lookup_url_kwarg = "replaces_id", "id"
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    required_scopes = {"GET": "schedules:read", "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}
    partial_scopes = dict.fromkeys(("create", "partial_update", "destroy", "ask_for_publishing"), DRAFT)
    action_scopes: Mapping[str, str] = {"convert": "campaigns:write"}

    def check_object_permissions(self, request: Request, obj: Campaign) -> None:
        """Without the right to publish, only drafts are changed."""
        super().check_object_permissions(request, obj)
        if request.method not in SAFE_METHODS and not is_draft(obj) and self.action != "convert":
            self._need_publishing()

    @property
    def _person(self) -> AbstractBaseUser | None:
        return account_of(self.request)

    def _publishes(self) -> bool:
        scopes = getattr(self.request.user, "scopes", None)
        return self.request.user.has_perm("scheduling.start_alone_campaign") if scopes is None else WRITE in scopes

    def _need_publishing(self) -> None:
        if not self._publishes():
            raise PermissionDenied

    def _shown(self, campaign: Campaign, **answer: Any) -> Response:
        row = self.get_queryset().get(replaces_id=campaign.replaces_id)
        return Response(self.get_serializer(row).data, **answer)

    @extend_schema(summary="Create a schedule")
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The first run is the first of `next_runs`; past times are skipped. With `schedules:draft` it is a draft."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        campaign = body.save(by=self._person, **({} if self._publishes() else {"draft": True}))
        where = reverse("schedule-detail", args=[campaign.replaces_id], request=request)
        return self._shown(campaign, status=status.HTTP_201_CREATED, headers={"Location": where})

    @extend_schema(summary="Change a schedule")
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes the given fields only. After a change of time, earlier due times are skipped."""
        body = self.get_serializer(self.get_object(), data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        return self._shown(body.save(by=self._person))

    @extend_schema(summary="Delete a schedule")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Its campaign is cancelled; it stays with its runs among the campaigns if it has gone out."""
        campaign = self.get_object()
        with transaction.atomic():
            if campaign.state not in Campaign.OVER:
                services.cancel_mailing(campaign, by=self._person)
            services.forget_schedule(campaign)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Pause a schedule", request=None, responses=ScheduleSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, id: str) -> Response:
        """Nothing is sent until you resume it. A paused schedule stays paused."""
        campaign = self.get_object()
        if campaign.state in Campaign.ON:
            services.pause_mailing(campaign, by=self._person)
        return self._shown(campaign)

    @extend_schema(summary="Resume a schedule", request=None, responses=ScheduleSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, id: str) -> Response:
        """Continues from now; due times during the pause are skipped."""
        campaign = self.get_object()
        if campaign.state not in Campaign.ON:
            services.resume_plain_message(campaign, by=self._person)
        return self._shown(campaign)

    @extend_schema(summary="Ask for a draft to be published", request=None, responses=ScheduleSerializer)
    @action(detail=True, methods=["post"], url_path="ask-for-publishing")
    def ask_for_publishing(self, request: Request, id: str) -> Response:
        """Those who may publish see it on their home page. Asking again changes nothing."""
        campaign = self.get_object()
        if campaign.state != Campaign.State.WAITING:
            services.ask_approval(campaign, by=self._person)
        return self._shown(campaign)

    @extend_schema(summary="Publish a draft", request=None, responses=ScheduleSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, id: str) -> Response:
        """It sends at its times from now on. Needs `schedules:write`."""
        self._need_publishing()
        return self._shown(services.start_campaign(self.get_object(), alone=True, by=self._person))

    @extend_schema(summary="Send a draft back", request=SendBackSerializer, responses=ScheduleSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, id: str) -> Response:
        """Answers a request to publish with a note; it stays a draft. Needs `schedules:write`."""
        self._need_publishing()
        campaign, body = self.get_object(), SendBackSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self._shown(services.send_back_mailing(campaign, by=self._person, why=body.validated_data["note"]))

    @extend_schema(
        summary="Turn a schedule into a campaign",
        request=ConversionSerializer,
        responses={201: ConvertedSerializer, 202: ConvertedSerializer},
    )
    @action(detail=True, methods=["post"])
    def convert(self, request: Request, id: str) -> Response:
        """Says which campaign it is. Needs `campaigns:write`."""
        campaign, body = self.get_object(), ConversionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        data = {"campaign": campaign.pk, "differences": []}
        if body.validated_data["dry_run"]:
            return Response(data, status=status.HTTP_202_ACCEPTED)
        where = reverse("campaign-detail", args=[campaign.pk], request=request)
        return Response(data, status=status.HTTP_201_CREATED, headers={"Location": where})

    @extend_schema(summary="Run a schedule now", request=None, responses={201: RunDetailSerializer})
    @action(detail=True, methods=["post"])
    def run(self, request: Request, id: str) -> Response:
        """Runs it in addition to its own times. Workers send it: the run shows the outcome."""
        may = getattr(request.user, "has_perm", None)
        if may is not None and not may("scheduling.send_campaign"):
            raise PermissionDenied
        run = services.run_campaign_now(self.get_object(), by=self._person)
        where = reverse("schedule-run-detail", args=[run.pk], request=request)
        data = RunDetailSerializer(runs_of_schedules().get(pk=run.pk)).data
        return Response(data, status=status.HTTP_201_CREATED, headers={"Location": where})


class RunFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which runs to list."""

    schedule = IdFilter("campaign__replaces")
    by_hand = StrictBooleanFilter()
    due_after = django_filters.IsoDateTimeFilter("moment", "gt")
    due_before = django_filters.IsoDateTimeFilter("moment", "lt")
    outcome = django_filters.ChoiceFilter(choices=Outcome.choices, method="by_outcome")

    class Meta:
        model = CampaignRun
        fields = ("cid",)

    @extend_schema_field(ChoiceField(choices=Outcome.choices))
    def by_outcome(self, rows: QuerySet[CampaignRun], _name: str, outcome: str) -> QuerySet[CampaignRun]:
        others = Q()
        for known in OUTCOMES.values():
            others |= known
        return rows.filter(OUTCOMES.get(outcome, ~others))


@extend_schema_view(list=extend_schema(summary="List runs"), retrieve=extend_schema(summary="Get a run"))
class Runs(viewsets.ReadOnlyModelViewSet[CampaignRun]):
    """Outcomes of schedules: sent, missed, failed or skipped."""

    queryset = runs_of_schedules()
    filterset_class = RunFilter
    required_scopes = {"GET": "schedules:read"}

    def get_serializer_class(self) -> type[RunSerializer]:
        return RunDetailSerializer if self.action == "retrieve" else RunSerializer
