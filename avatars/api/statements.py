"""Statements over REST: read-only. `origin` of a digital human records and withdraws them."""

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets

from avatars.api.serializers import StatementSerializer
from avatars.models import Statement
from core.web.api_filters import IdFilter


class StatementFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which statements to list."""

    digital_human = IdFilter()
    voice = IdFilter()

    class Meta:
        model = Statement
        fields = ("recorded_by",)


@extend_schema_view(
    list=extend_schema(summary="List statements"),
    retrieve=extend_schema(summary="Get a statement"),
)
class Statements(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Statement]):
    """Statements that a picture is drawn or a voice synthetic, so that no consent is needed."""

    queryset = Statement.objects.select_related("digital_human", "voice")
    serializer_class = StatementSerializer
    filterset_class = StatementFilter
    required_scopes = {"GET": "consents:read"}
