"""Consents over REST: recorded with evidence, withdrawn, never changed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import django_filters
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, parsers, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from avatars import services
from avatars.api.requester import name_of
from avatars.forms.consents import COVERS_NOTHING, ENDS_BEFORE, PORTRAIT_GONE
from avatars.models import Consent, DigitalHuman, Voice
from core.web import range_responses
from core.web.api_fields import (
    ChoiceField,
    MultipleChoiceField,
    StrictCharField,
    StrictModelSerializer,
    StrictSerializer,
)
from core.web.api_filters import IdFilter, StrictBooleanFilter
from core.web.json_parser import JSONParser


class ConsentSerializer(StrictModelSerializer[Consent]):
    """A person's agreement to be shown or heard. Upload the evidence as a file; responses contain its URL."""

    digital_humans = serializers.PrimaryKeyRelatedField(
        queryset=DigitalHuman.objects.photographs(),
        many=True,
        required=False,
        help_text="Digital humans it covers, with their current portraits. A new portrait needs a new consent.",
    )
    voices = serializers.PrimaryKeyRelatedField(
        queryset=Voice.objects.cloned(),
        many=True,
        required=False,
        help_text="Voices cloned from this person. Name at least one voice or digital human.",
    )
    purposes = MultipleChoiceField(choices=Consent.Purpose.choices, allow_empty=False)
    state = ChoiceField(Consent.State.choices, read_only=True, help_text="State as of today.")
    evidence_url = serializers.SerializerMethodField(help_text="URL of the evidence; takes the same token.")
    renders = serializers.IntegerField(source="render_count", read_only=True, help_text="Number of videos based on it.")

    class Meta:
        model = Consent
        fields: tuple[str, ...] = (
            *(
                "id",
                "person",
                "reference",
                "digital_humans",
                "voices",
                "purposes",
                "state",
                "valid_from",
                "valid_until",
            ),
            *("evidence", "evidence_url", "evidence_sha256", "recorded_by", "recorded_at", "renders"),
            *("withdrawn_at", "withdrawn_by", "withdrawn_reason"),
        )
        extra_kwargs = {"evidence": {"write_only": True}}
        read_only_fields = (
            *("evidence_sha256", "recorded_by", "recorded_at"),
            *("withdrawn_at", "withdrawn_by", "withdrawn_reason"),
        )

    def validate_digital_humans(self, humans: list[DigitalHuman]) -> list[DigitalHuman]:
        for human in services.missing_portraits(humans):
            raise serializers.ValidationError(PORTRAIT_GONE % {"name": human.name}, code="portrait_gone")
        return humans

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("digital_humans") and not attrs.get("voices"):
            raise serializers.ValidationError({"digital_humans": [COVERS_NOTHING]}, code="covers_nothing")
        begins, ends = attrs.get("valid_from"), attrs.get("valid_until")
        if begins and ends and ends < begins:
            raise serializers.ValidationError({"valid_until": [ENDS_BEFORE]}, code="ends_before")
        return attrs

    @extend_schema_field(OpenApiTypes.URI)
    def get_evidence_url(self, consent: Consent) -> str:
        return str(reverse("consent-evidence", args=[consent.pk], request=self.context.get("request")))


class WithdrawalSerializer(StrictSerializer):
    """The reason of the withdrawal, and whether the videos are deleted or kept as evidence."""

    reason = StrictCharField(required=False, allow_blank=True, max_length=300)
    videos = ChoiceField(
        services.VideoRetention.choices,
        default=services.VideoRetention.DELETE,
        help_text="`delete` deletes the videos; `keep` locks them away as evidence.",
    )

    def to_internal_value(self, data: Any) -> Any:
        """Clients of the release before write `films`."""
        return super().to_internal_value(_renamed(data, old="films", new="videos"))


class WithdrawnSerializer(ConsentSerializer):
    """A consent after its withdrawal."""

    cancelled = serializers.SerializerMethodField(help_text="Number of unfinished renders that were cancelled.")
    videos = serializers.SerializerMethodField(help_text="Number of videos that were deleted or locked away.")
    films = serializers.SerializerMethodField(help_text="Deprecated: the same as `videos`.")

    class Meta(ConsentSerializer.Meta):
        fields = (*ConsentSerializer.Meta.fields, "cancelled", "videos", "films")

    def get_cancelled(self, consent: Consent) -> int:
        return int(self.context["ended"].cancelled)

    def get_videos(self, consent: Consent) -> int:
        return int(self.context["ended"].videos)

    def get_films(self, consent: Consent) -> int:
        return self.get_videos(consent)


def _renamed(data: Any, *, old: str, new: str) -> Any:
    """The body with the new name of a field; left alone where the new one is there too."""
    if not isinstance(data, Mapping) or old not in data or new in data:
        return data
    return {new: data[old], **{name: data[name] for name in data if name != old}}


class ConsentFilter(django_filters.FilterSet):  # type: ignore[misc]
    digital_human = IdFilter(field_name="digital_humans")
    voice = IdFilter(field_name="voices")
    active = StrictBooleanFilter(method="by_activity")

    class Meta:
        model = Consent
        fields = ("person", "reference")

    def by_activity(self, rows: QuerySet[Consent], name: str, value: bool) -> QuerySet[Consent]:
        """Consents in force today, or all others."""
        active = Consent.objects.active()
        return rows.filter(pk__in=active) if value else rows.exclude(pk__in=active)


@extend_schema_view(
    list=extend_schema(summary="List consents"),
    retrieve=extend_schema(summary="Get a consent"),
)
class Consents(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet[Consent]
):
    """Consents of people whose photo is animated or whose voice is cloned."""

    queryset = services.annotate_render_counts(Consent.objects.all()).prefetch_related("digital_humans", "voices")
    serializer_class = ConsentSerializer
    parser_classes = (parsers.MultiPartParser, JSONParser)
    filterset_class = ConsentFilter
    required_scopes = {"GET": "consents:read", "POST": "consents:write"}

    @extend_schema(
        summary="Record a consent",
        request={"multipart/form-data": ConsentSerializer},
        responses={201: ConsentSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Needs the evidence. A consent can't be changed: to narrow it, withdraw it and record another."""
        wish = ConsentSerializer(data=request.data, context=self.get_serializer_context())
        wish.is_valid(raise_exception=True)
        consent = services.record_consent(**wish.validated_data, by=name_of(request))
        data = ConsentSerializer(self.get_queryset().get(pk=consent.pk), context=self.get_serializer_context()).data
        address = reverse("consent-detail", args=[consent.pk], request=request)
        return Response(data, status=status.HTTP_201_CREATED, headers={"Location": str(address)})

    @extend_schema(
        summary="Withdraw a consent",
        request=WithdrawalSerializer,
        responses={200: WithdrawnSerializer, 409: OpenApiResponse(None)},
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """At once: unfinished renders are cancelled, videos are deleted or locked away, and members get text."""
        wish = WithdrawalSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        consent = self.get_object()
        ended = services.withdraw_consent(consent, by=name_of(request), **wish.validated_data)
        context = {**self.get_serializer_context(), "ended": ended}
        return Response(WithdrawnSerializer(self.get_object(), context=context).data)

    @extend_schema(summary="Get the evidence", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True)
    def evidence(self, request: Request, pk: str) -> HttpResponseBase:
        """The file as uploaded."""
        name = str(self.get_object().evidence)
        if not default_storage.exists(name):
            raise NotFound(gettext("There is no such file, or not yet."), code="no_file")
        return range_responses.serve(request._request, Path(default_storage.path(name)))
