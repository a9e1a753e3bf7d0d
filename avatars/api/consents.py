"""Consents over REST: recorded with their evidence, withdrawn, never changed."""

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
from avatars.forms import COVERS_NOTHING, ENDS_BEFORE, PORTRAIT_GONE
from avatars.models import Consent, DigitalHuman, Voice
from core.web import range_responses
from core.web.api_fields import StrictCharField, StrictModelSerializer, StrictSerializer
from core.web.api_filters import IdFilter, StrictBooleanFilter


class ConsentSerializer(StrictModelSerializer[Consent]):
    """Who agreed to be shown or heard, to what, until when. The evidence goes in as a file, out as an address."""

    digital_humans = serializers.PrimaryKeyRelatedField(
        queryset=DigitalHuman.objects.filter(origin=DigitalHuman.Origin.PHOTOGRAPH),
        many=True,
        required=False,
        help_text="It covers the picture that each has now; another picture needs another consent.",
    )
    voices = serializers.PrimaryKeyRelatedField(
        queryset=Voice.objects.filter(origin=Voice.Origin.CLONED),
        many=True,
        required=False,
        help_text="The voices cloned from this person; one of them, or a digital human, is needed.",
    )
    purposes = serializers.MultipleChoiceField(choices=Consent.Purpose.choices, allow_empty=False)
    state = serializers.ChoiceField(Consent.State.choices, read_only=True, help_text="How it stands today.")
    evidence_url = serializers.SerializerMethodField(help_text="Where the evidence can be had, with the same token.")
    renders = serializers.IntegerField(source="film_count", read_only=True, help_text="How many videos rest on it.")

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
        for human in services.without_portrait(humans):
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
    """Why, and what becomes of the films."""

    reason = StrictCharField(required=False, allow_blank=True, max_length=300)
    films = serializers.ChoiceField(
        services.Films.choices,
        default=services.Films.DELETE,
        help_text="`keep`: as evidence, out of everybody's reach.",
    )


class WithdrawnSerializer(ConsentSerializer):
    """A consent after its withdrawal."""

    cancelled = serializers.SerializerMethodField(help_text="How many videos were being made and are not any more.")
    films = serializers.SerializerMethodField(help_text="How many films were deleted, or locked away.")

    class Meta(ConsentSerializer.Meta):
        fields = (*ConsentSerializer.Meta.fields, "cancelled", "films")

    def get_cancelled(self, consent: Consent) -> int:
        return int(self.context["ended"].cancelled)

    def get_films(self, consent: Consent) -> int:
        return int(self.context["ended"].films)


class ConsentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which consents to list."""

    digital_human = IdFilter(field_name="digital_humans")
    voice = IdFilter(field_name="voices")
    active = StrictBooleanFilter(method="by_activity")

    class Meta:
        model = Consent
        fields = ("person", "reference")

    def by_activity(self, rows: QuerySet[Consent], name: str, value: bool) -> QuerySet[Consent]:
        """Those that hold today, or all others."""
        active = Consent.objects.active()
        return rows.filter(pk__in=active) if value else rows.exclude(pk__in=active)


@extend_schema_view(
    list=extend_schema(summary="List consents"),
    retrieve=extend_schema(summary="Get a consent"),
)
class Consents(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet[Consent]
):
    """That the people in photographs agreed to be shown, and those whose voices are cloned to be heard."""

    queryset = services.with_films(Consent.objects.all()).prefetch_related("digital_humans", "voices")
    serializer_class = ConsentSerializer
    parser_classes = (parsers.MultiPartParser, parsers.JSONParser)
    filterset_class = ConsentFilter
    required_scopes = {"GET": "consents:read", "POST": "consents:write"}

    @extend_schema(
        summary="Record a consent",
        request={"multipart/form-data": ConsentSerializer},
        responses={201: ConsentSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """With its evidence. It is never changed: who wants less withdraws it, and records another."""
        wish = ConsentSerializer(data=request.data, context=self.get_serializer_context())
        wish.is_valid(raise_exception=True)
        consent = services.record_consent(**wish.validated_data, by=_who(request))
        found = ConsentSerializer(self.get_queryset().get(pk=consent.pk), context=self.get_serializer_context()).data
        address = reverse("consent-detail", args=[consent.pk], request=request)
        return Response(found, status=status.HTTP_201_CREATED, headers={"Location": str(address)})

    @extend_schema(
        summary="Withdraw a consent",
        request=WithdrawalSerializer,
        responses={200: WithdrawnSerializer, 409: OpenApiResponse(None)},
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """At once: what waits is cancelled, films are deleted or locked away, people get the text instead."""
        wish = WithdrawalSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        consent = self.get_object()
        ended = services.withdraw_consent(consent, by=_who(request), **wish.validated_data)
        context = {**self.get_serializer_context(), "ended": ended}
        return Response(WithdrawnSerializer(self.get_object(), context=context).data)

    @extend_schema(summary="Get the evidence", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True)
    def evidence(self, request: Request, pk: str) -> HttpResponseBase:
        """The file as it was uploaded."""
        name = str(self.get_object().evidence)
        if not default_storage.exists(name):
            raise NotFound(gettext("There is no such file, or not yet."), code="no_file")
        return range_responses.serve(request._request, Path(default_storage.path(name)))


def _who(request: Request) -> str:
    """Whoever asks, as the record names them: an account, or a program."""
    who: Any = request.user
    return str(who.get_username() if hasattr(who, "get_username") else who.name)[:150]
