"""Voices and engines over REST."""

import django_filters
from django.db.models import QuerySet
from django.http.response import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from avatars import services
from avatars.api.serializers import EngineSerializer, VoiceSerializer
from avatars.models import Voice
from core.web.api_filters import ChoiceFilter


class VoiceFilter(django_filters.FilterSet):  # type: ignore[misc]
    origin = ChoiceFilter(choices=Voice.Origin.choices, method="by_origin")

    class Meta:
        model = Voice
        fields = ("name", "engine", "key", "gender", "language")

    def by_origin(self, rows: QuerySet[Voice], name: str, value: str) -> QuerySet[Voice]:
        """Voices of which a statement says that they are synthetic, or all others."""
        synthetic = Voice.objects.synthetic().values("pk")
        return rows.filter(pk__in=synthetic) if value == Voice.Origin.SYNTHETIC else rows.exclude(pk__in=synthetic)


@extend_schema_view(
    list=extend_schema(summary="List voices"),
    retrieve=extend_schema(summary="Get a voice"),
)
class Voices(viewsets.ReadOnlyModelViewSet[Voice]):
    """Speaking voices."""

    queryset = Voice.objects.all()
    serializer_class = VoiceSerializer
    filterset_class = VoiceFilter
    required_scopes = {"GET": "digital_humans:read"}

    def get_queryset(self) -> QuerySet[Voice]:
        return services.annotate_voice_consents(super().get_queryset())

    @extend_schema(
        summary="Get a voice sample",
        responses={(200, "audio/mp4"): OpenApiTypes.BINARY, 409: OpenApiResponse(None), 422: OpenApiResponse(None)},
    )
    @action(detail=True)
    def audition(self, request: Request, pk: str) -> HttpResponseBase:
        """A two-second sample as M4A. The first request takes some seconds; then it is cached."""
        return HttpResponse(services.preview_voice(self.get_object()), content_type="audio/mp4")


@extend_schema_view(list=extend_schema(summary="List engines", responses=EngineSerializer(many=True)))
class Engines(viewsets.ViewSet):
    """Speech, render and recognition engines, and the files, packages or settings that each lacks."""

    pagination_class = None
    required_scopes = {"GET": "digital_humans:read"}

    def get_queryset(self) -> "QuerySet[Voice]":
        """The rows that staff need the right to view."""
        return Voice.objects.all()

    def list(self, request: Request) -> Response:
        """Lists all configured engines with missing files or packages and their licences. Loads none of them."""
        return Response(EngineSerializer(services.engines(), many=True).data)
