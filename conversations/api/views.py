"""Messages, flows and sessions over REST."""

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from conversations import services
from conversations.api.flows.drafts import FlowDrafts
from conversations.api.flows.figures import FlowFigures
from conversations.api.flows.flow_files import FlowFiles
from conversations.api.flows.golden import check_may_override
from conversations.api.serializers.explanations import ExplanationSerializer
from conversations.api.serializers.flows import (
    FlowRequestSerializer,
    FlowSerializer,
    NewFlowRequestSerializer,
    SessionRequestSerializer,
    SessionSerializer,
)
from conversations.api.serializers.golden import GoldenReportSerializer
from conversations.api.serializers.message_requests import ANY_MESSAGE_REQUEST, message_request
from conversations.api.serializers.messages import (
    HAS_LOST_PART,
    STATUS_FILTERS,
    DeliveryStatus,
    MessageProgressSerializer,
    MessageSerializer,
)
from conversations.api.serializers.publications import PublicationRequestSerializer, PublicationSerializer
from conversations.flows.graph import Marks, svg
from conversations.models import Content, Flow, Message, Session
from core.confidentiality.confidential_api import OWN, ReadingViews
from core.confidentiality.rights import may_read
from core.interchange.file_api import refusing_by_place
from core.parties.acting_client import account_of
from core.web.api_filters import ChoiceFilter, IdFilter, StrictBooleanFilter, UserIdFilter

PARTS_OF_PUBLICATION = ("version", "changes", "differing", "differing_callers", "planned")
PICTURE_ONLY = "default-src 'none'; style-src 'unsafe-inline'"


class MessageFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which messages to list."""

    user_id = UserIdFilter("member__user_id")
    member = IdFilter()
    application = IdFilter()
    render = IdFilter()
    outcome = ChoiceFilter(method="by_outcome", choices=DeliveryStatus.choices, help_text="The delivery status.")
    kind = ChoiceFilter("content__kind", choices=Content.Kind.choices)
    created_after = django_filters.IsoDateTimeFilter("created_at", "gt")
    created_before = django_filters.IsoDateTimeFilter("created_at", "lt")

    class Meta:
        model = Message
        fields = ("direction", "cid")

    def by_outcome(self, queryset: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        return queryset.filter(STATUS_FILTERS[DeliveryStatus(value)])


@extend_schema_view(list=extend_schema(summary="List messages"))
class Messages(ReadingViews, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Message]):
    """Messages from and to members."""

    queryset = Message.objects.select_related("member", "content", "outbound__recall", "render").annotate(
        has_lost_part=HAS_LOST_PART
    )
    serializer_class = MessageSerializer
    filterset_class = MessageFilter
    required_scopes = {"GET": "messages:read", "POST": "messages:write"}

    @extend_schema(
        summary="Send a message",
        request=ANY_MESSAGE_REQUEST,
        responses={
            202: OpenApiResponse(MessageProgressSerializer, description="The message is stored and will be sent.")
        },
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Of any kind, to one member. `outcome` shows its delivery status and, if it failed, the reason."""
        serializer = message_request(request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic(), services.because(services.Cause.PROGRAM, program="rest"):
            message = serializer.send(request.headers.get("X-Request-ID", ""))
        headers = {"Location": reverse("message-detail", args=[message.pk], request=request)}
        context = {**self.get_serializer_context(), OWN: True}
        shown = MessageProgressSerializer(message, context=context).data
        return Response(shown, status=status.HTTP_202_ACCEPTED, headers=headers)

    def get_serializer_class(self) -> Any:
        return MessageSerializer if self.action == "list" else MessageProgressSerializer

    @extend_schema(summary="Get a message", responses=MessageProgressSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """With its delivery status."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(summary="Get why a message was sent", responses=ExplanationSerializer)
    @action(detail=True)
    def why(self, request: Request, pk: str) -> Response:
        """The cause: the step of a flow, an answer, a person … `by` is empty if none was recorded."""
        message = self.get_object()
        if not may_read(request.user):
            raise PermissionDenied(
                gettext("It says what the member said, which takes the right to read conversations.")
            )
        if message.direction == Message.Direction.IN:
            raise NotFound(gettext("The member wrote this message."), code="from_member")
        return Response(ExplanationSerializer(services.explain_message(message)).data)

    @extend_schema(
        summary="Recall a message",
        request=None,
        responses={202: OpenApiResponse(MessageProgressSerializer, description="The message is being recalled.")},
    )
    @action(detail=True, methods=["post"])
    def recall(self, request: Request, pk: str) -> Response:
        """For all its recipients and with all its parts, within 24 hours. Then `outcome` is `recalled`."""
        services.recall(self.get_object(), cid=request.headers.get("X-Request-ID", ""))
        return Response(self.get_serializer(self.get_object()).data, status=status.HTTP_202_ACCEPTED)


class FlowFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which flows to list."""

    enabled = StrictBooleanFilter()

    class Meta:
        model = Flow
        fields = ("name", "language")


@extend_schema_view(list=extend_schema(summary="List flows"), retrieve=extend_schema(summary="Get a flow"))
class Flows(FlowDrafts, FlowFigures, FlowFiles, viewsets.ReadOnlyModelViewSet[Flow]):
    """Conversations with steps, in the version that runs now."""

    queryset = Flow.objects.select_related("live")
    serializer_class = FlowSerializer
    filterset_class = FlowFilter
    required_scopes = {"GET": "flows:read", **dict.fromkeys(("POST", "PUT", "PATCH"), "flows:write")}

    @extend_schema(summary="Create a flow", request=NewFlowRequestSerializer, responses={201: FlowSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """With the steps of its draft, if `steps` has some. Members can start it once it is published."""
        body = NewFlowRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with refusing_by_place():
            flow = services.create_flow(body.entry(), by=account_of(request))
        headers = {"Location": reverse("flow-detail", args=[flow.pk], request=request)}
        return Response(self.get_serializer(flow).data, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(summary="Change a flow", request=FlowRequestSerializer, responses=FlowSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Changes the named fields only. Its languages and its end count once it is published, all else at once."""
        flow = self.get_object()
        body = FlowRequestSerializer(flow, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        with refusing_by_place():
            return Response(self.get_serializer(services.change_flow(flow, body.entry())).data)

    @extend_schema(
        summary="Publish a flow",
        request=PublicationRequestSerializer,
        responses={201: PublicationSerializer, 200: OpenApiResponse(PublicationSerializer, description="A dry run.")},
    )
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """The draft as a new version, which runs from now on. Running sessions keep theirs, unless the `plan` moves or
        ends them. Refused for a draft with errors, for a plan that cannot be carried out, and where golden
        conversations of this flow, or of flows that run it, differ, unless `despite` says why.
        """
        body = PublicationRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        options = body.options()
        if options["despite"].strip() and not options["dry_run"]:
            check_may_override(request)
        done = services.publish_planned(self.get_object(), by=account_of(request), **options)
        answer = {"dry_run": options["dry_run"], **{name: getattr(done, name) for name in PARTS_OF_PUBLICATION}}
        code = status.HTTP_200_OK if options["dry_run"] else status.HTTP_201_CREATED
        return Response(PublicationSerializer(answer).data, status=code)

    @extend_schema(summary="Run the golden conversations of a flow", responses=GoldenReportSerializer)
    @action(detail=True)
    def golden(self, request: Request, pk: str) -> Response:
        """Compares them with its draft, turn by turn, and lists the steps and transitions that they cover. Those of
        flows that run this one are compared with their replies if the draft ran.
        """
        flow = self.get_object()
        machine = services.draft_of(flow)
        comparisons, covered = services.run_golden(flow, machine)
        report = {
            "comparisons": comparisons,
            "callers": services.run_callers_golden(flow, machine),
            "states_covered": sorted(covered.states),
            "state_count": covered.state_count,
            "ways_covered": len(covered.ways),
            "way_count": covered.way_count,
        }
        return Response(GoldenReportSerializer(report).data)

    @extend_schema(summary="Get the picture of a flow", responses={(200, "image/svg+xml"): OpenApiTypes.STR})
    @action(detail=True)
    def graph(self, request: Request, pk: str) -> HttpResponse:
        """The version that runs, as SVG, labelled in the language of the request."""
        flow = self.get_object()
        if flow.live is None:
            raise NotFound(gettext("This flow is not published yet."), code="not_published")
        machine = services.live_machine(flow.live)
        drawing = svg(machine, Marks(runs=services.subflow_runs(machine)))
        return HttpResponse(drawing, content_type="image/svg+xml", headers={"Content-Security-Policy": PICTURE_ONLY})


class SessionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which sessions to list."""

    flow = IdFilter("version__flow", help_text="The flow that it is in; a session in a sub-flow is in that.")
    application = IdFilter("conversation__application")
    user_id = UserIdFilter("conversation__member__user_id")

    class Meta:
        model = Session
        fields = ("status", "cid")


@extend_schema_view(list=extend_schema(summary="List sessions"), retrieve=extend_schema(summary="Get a session"))
class Sessions(ReadingViews, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Session]):
    """Runs of flows: the current state and the answers of each member."""

    queryset = Session.objects.select_related(
        "version", "conversation__member", "conversation__application"
    ).prefetch_related("callers__version")
    serializer_class = SessionSerializer
    filterset_class = SessionFilter
    required_scopes = {"GET": "sessions:read", "POST": "sessions:write"}

    def people_in(self, rows: Sequence[Session]) -> Iterable[int]:
        return (row.conversation.member_id for row in rows)

    @extend_schema(
        summary="Start a flow for a member", request=SessionRequestSerializer, responses={201: SessionSerializer}
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Sends the first question at once. Skips questions that `data` answers, and interrupts a running flow."""
        serializer = SessionRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            session = serializer.start(request.headers.get("X-Request-ID", ""))
        headers = {"Location": reverse("session-detail", args=[session.pk], request=request)}
        started = self.get_queryset().get(pk=session.pk)
        context = {**self.get_serializer_context(), OWN: True}
        shown = SessionSerializer(started, context=context).data
        return Response(shown, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(summary="Stop a session", request=None, responses=SessionSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Without a message to the member. A session that has ended stays unchanged."""
        services.stop_session(self.get_object())
        return Response(self.get_serializer(self.get_object()).data)
