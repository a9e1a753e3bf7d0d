"""Tickets and operators over REST."""

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters
from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from conversations import services
from conversations.api.serializers.tickets import (
    OperatorSerializer,
    TicketAnswerSerializer,
    TicketAssignmentSerializer,
    TicketChangeSerializer,
    TicketNoteSerializer,
    TicketRequestSerializer,
    TicketSerializer,
    TicketTransferSerializer,
)
from conversations.models import Operator, Ticket, TicketChange
from core.confidentiality.confidential_api import OWN, ReadingViews
from core.web.api_filters import ChoiceFilter, IdFilter, StrictBooleanFilter, UserIdFilter

READ, WRITE = "tickets:read", "tickets:write"


class TicketFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which tickets to list."""

    user_id = UserIdFilter("conversation__member__user_id")
    application = IdFilter("conversation__application")
    group = IdFilter()
    topic = IdFilter()
    operator = IdFilter()
    status = ChoiceFilter(choices=Ticket.Status.choices)
    opened_after = django_filters.IsoDateTimeFilter("opened_at", "gt")
    opened_before = django_filters.IsoDateTimeFilter("opened_at", "lt")

    class Meta:
        model = Ticket
        fields = ()


@extend_schema_view(list=extend_schema(summary="List tickets"), retrieve=extend_schema(summary="Get a ticket"))
class Tickets(ReadingViews, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Ticket]):
    """Members who are passed on to people. While a ticket waits or is answered, the digital human is silent."""

    queryset = Ticket.objects.select_related("conversation__member", "conversation__application", "operator", "group")
    serializer_class = TicketSerializer
    filterset_class = TicketFilter
    required_scopes = {"GET": READ, "POST": WRITE}

    def people_in(self, rows: Sequence[Ticket]) -> Iterable[int]:
        return (row.conversation.member_id for row in rows)

    @extend_schema(
        summary="Pass a member on to people", request=TicketRequestSerializer, responses={201: TicketSerializer}
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The operators of the topic get a card. A member who is passed on already keeps the ticket."""
        serializer = TicketRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            ticket = serializer.open(request.headers.get("X-Request-ID", ""))
        headers = {"Location": reverse("ticket-detail", args=[ticket.pk], request=request)}
        opened = self.get_queryset().get(pk=ticket.pk)
        return Response(self.get_serializer(opened).data, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(summary="Answer the member of a ticket", request=TicketAnswerSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """As an operator, who takes a ticket that waits. One that another operator has is refused."""
        ticket, values = self.get_object(), self._valid(TicketAnswerSerializer, request)
        services.answer_ticket(ticket, values["operator"], values["text"])
        return self._shown()

    @extend_schema(summary="Add a note to a ticket", request=TicketNoteSerializer, responses=TicketChangeSerializer)
    @action(detail=True, methods=["post"])
    def note(self, request: Request, pk: str) -> Response:
        """The member does not read it."""
        note = services.add_note(self.get_object(), self._valid(TicketNoteSerializer, request)["text"])
        return Response(TicketChangeSerializer(note, context={OWN: True}).data)

    @extend_schema(summary="Assign a ticket", request=TicketAssignmentSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        """To an operator, on the phone if that is free; the member reads who answers."""
        services.assign_ticket(self.get_object(), self._valid(TicketAssignmentSerializer, request)["operator"])
        return self._shown()

    @extend_schema(summary="Transfer a ticket", request=TicketTransferSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def transfer(self, request: Request, pk: str) -> Response:
        """To another group, where it waits again."""
        services.transfer_ticket(self.get_object(), self._valid(TicketTransferSerializer, request)["group"])
        return self._shown()

    @extend_schema(summary="Hand a member back", request=None, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def hand_back(self, request: Request, pk: str) -> Response:
        """The digital human goes on where it was. A ticket that is closed stays unchanged."""
        services.hand_back(self.get_object())
        return self._shown()

    @extend_schema(summary="Close a ticket as solved", request=None, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Like `hand_back`, with the outcome `solved`."""
        services.close_ticket(self.get_object())
        return self._shown()

    def _valid(self, kind: Any, request: Request) -> dict[str, Any]:
        serializer = kind(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _shown(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


class TicketChangeFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which changes to list."""

    ticket = IdFilter()
    kind = ChoiceFilter(choices=TicketChange.Kind.choices)

    class Meta:
        model = TicketChange
        fields = ()


@extend_schema_view(
    list=extend_schema(summary="List changes of tickets"), retrieve=extend_schema(summary="Get a change of a ticket")
)
class TicketChanges(ReadingViews, viewsets.ReadOnlyModelViewSet[TicketChange]):
    """Changes of tickets, with the notes of operators."""

    queryset = TicketChange.objects.select_related("by", "to", "ticket__conversation")
    serializer_class = TicketChangeSerializer
    filterset_class = TicketChangeFilter
    required_scopes = {"GET": READ}

    def people_in(self, rows: Sequence[TicketChange]) -> Iterable[int]:
        return (row.ticket.conversation.member_id for row in rows)


class OperatorFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which operators to list."""

    user_id = UserIdFilter("member__user_id")
    enabled = StrictBooleanFilter()

    class Meta:
        model = Operator
        fields = ()


@extend_schema_view(list=extend_schema(summary="List operators"), retrieve=extend_schema(summary="Get an operator"))
class Operators(viewsets.ReadOnlyModelViewSet[Operator]):
    """The people who answer members."""

    queryset = Operator.objects.select_related("member")
    serializer_class = OperatorSerializer
    filterset_class = OperatorFilter
    required_scopes = {"GET": READ}
