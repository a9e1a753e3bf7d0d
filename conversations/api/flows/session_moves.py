"""The outcomes of sessions in publications, over REST."""

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import viewsets

from conversations.api.serializers.publications import SessionMoveSerializer
from conversations.models import SessionMove
from core.web.api_filters import IdFilter


class SessionMoveFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which moves to list."""

    flow = IdFilter("version__flow")
    session = IdFilter()

    class Meta:
        model = SessionMove
        fields = ("outcome",)


@extend_schema_view(
    list=extend_schema(summary="List moves of sessions"), retrieve=extend_schema(summary="Get a move of a session")
)
class SessionMoves(viewsets.ReadOnlyModelViewSet[SessionMove]):
    """Sessions that a publication moves to its version, or ends at a date, each with its outcome."""

    queryset = SessionMove.objects.select_related("version", "batch__plan__version")
    serializer_class = SessionMoveSerializer
    filterset_class = SessionMoveFilter
    required_scopes = {"GET": "sessions:read"}
