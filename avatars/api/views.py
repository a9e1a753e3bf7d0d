"""Digital humans, voices and renders over REST."""

from pathlib import Path
from typing import Any

import django_filters
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Model, QuerySet
from django.db.models.fields.files import FieldFile
from django.http.response import HttpResponse, HttpResponseBase
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, parsers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from avatars import services
from avatars.api.serializers import (
    CheckedDigitalHumanSerializer,
    DigitalHumanSerializer,
    EngineSerializer,
    RecordingRequestSerializer,
    RenderProgressSerializer,
    RenderRequestSerializer,
    RenderSerializer,
    VoiceSerializer,
)
from avatars.exceptions import PortraitError
from avatars.forms import MAY_NOT_STATE
from avatars.models import DigitalHuman, Render, Voice
from avatars.reasons.render import REMARKS, UNUSABLE
from core.web import range_responses
from core.web.api_filters import ChoiceFilter, IdFilter
from core.web.json_parser import JSONParser

PICTURES = {(200, f"image/{kind}"): OpenApiTypes.BINARY for kind in ("png", "jpeg", "webp")}
RANGED = {
    206: OpenApiResponse(OpenApiTypes.BINARY, description="The requested range."),
    416: OpenApiResponse(description="The file has no such range."),
}


class VoiceFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which voices to list."""

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
    """Speech, render and recognition engines, and what each is missing."""

    pagination_class = None
    required_scopes = {"GET": "digital_humans:read"}

    def list(self, request: Request) -> Response:
        """Lists all configured engines with missing files or packages and their licences. Loads none of them."""
        return Response(EngineSerializer(services.engines(), many=True).data)


class DigitalHumanFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which digital humans to list."""

    voice = IdFilter()

    class Meta:
        model = DigitalHuman
        fields = ("name", "mode")


@extend_schema_view(
    list=extend_schema(summary="List digital humans"),
    retrieve=extend_schema(summary="Get a digital human"),
)
class DigitalHumans(viewsets.ModelViewSet[DigitalHuman]):
    """Digital humans: a portrait and a voice."""

    queryset = DigitalHuman.objects.all()
    serializer_class = DigitalHumanSerializer
    parser_classes = (parsers.MultiPartParser, JSONParser)
    filterset_class = DigitalHumanFilter
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    required_scopes = {
        "GET": "digital_humans:read",
        "POST": "digital_humans:write",
        "PATCH": "digital_humans:write",
        "DELETE": "digital_humans:write",
    }
    # A look at a portrait takes seconds. Done twice, the second finds the name taken.
    works_outside_transaction = True

    def get_queryset(self) -> QuerySet[DigitalHuman]:
        return services.annotate_consents(super().get_queryset())

    @extend_schema(
        summary="Create a digital human",
        request={"multipart/form-data": DigitalHumanSerializer},
        responses={201: CheckedDigitalHumanSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The portrait is checked on upload: one face from the front, large enough and well lit."""
        return self._save(request, DigitalHumanSerializer(data=request.data), status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change a digital human",
        request={"multipart/form-data": DigitalHumanSerializer, "application/json": DigitalHumanSerializer},
        responses={200: CheckedDigitalHumanSerializer},
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes the given fields only, and no existing videos. Null removes the background, logo, intro or outro."""
        human = self.get_object()
        return self._save(request, DigitalHumanSerializer(human, data=request.data, partial=True), status.HTTP_200_OK)

    @extend_schema(summary="Delete a digital human", responses={204: None, 409: OpenApiResponse(None)})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Possible only if no video, desk or schedule uses it."""
        services.remove_digital_human(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Get the portrait", responses=PICTURES | RANGED)
    @action(detail=True)
    def portrait(self, request: Request, pk: str) -> HttpResponseBase:
        """The picture as stored: upright, without metadata."""
        return _file(request, self.get_object().portrait)

    def _save(self, request: Request, serializer: DigitalHumanSerializer, code: int) -> Response:
        serializer.is_valid(raise_exception=True)
        wish = serializer.validated_data
        portrait, face = wish.get("portrait"), wish.pop("face", None)
        origin, reason = wish.pop("origin", ""), wish.pop("origin_reason", "")
        stated = _is_to_be_stated(request, serializer.instance, origin, portrait)
        warnings: tuple[str, ...] = ()
        photographic: bool | None = None
        if portrait:
            wish["portrait"], warnings, photographic = _look_at(portrait, face)
        elif stated and serializer.instance is not None:
            photographic = services.looks_photographed(serializer.instance)
        if stated:
            services.check_drawn(photographic, reason)
        with transaction.atomic():
            human = serializer.save()
            if stated:
                services.declare_drawn(human, by=name_of(request), reason=reason, photographic=photographic)
            elif origin == DigitalHuman.Origin.PHOTOGRAPH:
                services.withdraw_statements(human, by=name_of(request))
        # As it is now: what was known of its statement and consents was about the earlier portrait.
        human = self.get_queryset().get(pk=human.pk)
        context = {**self.get_serializer_context(), "warnings": warnings}
        found = CheckedDigitalHumanSerializer(human, context=context).data
        return Response(found, status=code, headers={"Location": location_of(request, "digital-human", human)})


class RenderFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which renders to list."""

    digital_human = IdFilter()
    template = IdFilter()
    created_after = django_filters.IsoDateTimeFilter("created_at", "gt")
    created_before = django_filters.IsoDateTimeFilter("created_at", "lt")

    class Meta:
        model = Render
        fields = ("status", "mode", "cid")


@extend_schema_view(list=extend_schema(summary="List renders"))
class Renders(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet[Render]
):
    """Videos of digital humans."""

    queryset = Render.objects.all()
    serializer_class = RenderSerializer
    filterset_class = RenderFilter
    parser_classes = (JSONParser, parsers.MultiPartParser)
    required_scopes = {"GET": "renders:read", "POST": "renders:write"}

    @extend_schema(
        summary="Request a video",
        request={"application/json": RenderRequestSerializer, "multipart/form-data": RecordingRequestSerializer},
        responses={
            202: OpenApiResponse(RenderProgressSerializer, description="It is queued or running; see `eta_seconds`."),
            200: OpenApiResponse(RenderProgressSerializer, description="An identical video exists."),
            429: OpenApiResponse(None, description="Too many new videos in an hour or a day; see `Retry-After`."),
        },
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Identical videos are rendered once. Follow the render at `Location` or over the websocket.

        Send `multipart/form-data` with a `recording` instead of a script.

        """
        is_form = str(request.content_type).startswith("multipart/")
        wish = (RecordingRequestSerializer if is_form else RenderRequestSerializer)(data=request.data)
        wish.is_valid(raise_exception=True)
        cid = request.headers.get("X-Request-ID", "")
        wishes = {**wish.validated_data}
        human, text = wishes.pop("digital_human"), wishes.pop("text", "")
        who = requester_of(request)
        render = services.request_render(human, text, **wishes, priority=services.TEST, requester=who, cid=cid)
        code = status.HTTP_200_OK if render.is_finished else status.HTTP_202_ACCEPTED
        return Response(
            self._progress(render), status=code, headers={"Location": location_of(request, "render", render)}
        )

    @extend_schema(summary="Get a render", responses=RenderProgressSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Progress, estimated time, and the files once it is done."""
        return Response(self._progress(self.get_object()))

    @extend_schema(summary="Cancel a render", request=None, responses=RenderProgressSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Members who wait for it are told. A finished render stays unchanged."""
        render = self.get_object()
        services.cancel_render(render)
        render.refresh_from_db()
        return Response(self._progress(render))

    @extend_schema(summary="Get the video", responses={(200, "video/mp4"): OpenApiTypes.BINARY, **RANGED})
    @action(detail=True)
    def video(self, request: Request, pk: str) -> HttpResponseBase:
        """The MP4 with its AI label. Ranges are supported."""
        return _film(request, self.get_object(), "video")

    @extend_schema(summary="Get the captions", responses={(200, "application/x-subrip"): OpenApiTypes.BINARY, **RANGED})
    @action(detail=True)
    def captions(self, request: Request, pk: str) -> HttpResponseBase:
        """The captions as SRT."""
        return _film(request, self.get_object(), "captions")

    @extend_schema(summary="Get the poster", responses={(200, "image/jpeg"): OpenApiTypes.BINARY, **RANGED})
    @action(detail=True)
    def poster(self, request: Request, pk: str) -> HttpResponseBase:
        """A still picture of the video."""
        return _film(request, self.get_object(), "poster")

    def _progress(self, render: Render) -> Any:
        return RenderProgressSerializer(render, context=self.get_serializer_context()).data


def requester_of(request: Request) -> str:
    """The requester, for fair order and quotas: a client or an account."""
    client = getattr(request.auth, "pk", None)
    return f"client:{client}" if client else f"user:{request.user.pk}"


def name_of(request: Request) -> str:
    """The requester's name for the record: an account or a program."""
    who: Any = request.user
    return str(who.get_username() if hasattr(who, "get_username") else who.name)[:150]


def _is_to_be_stated(request: Request, human: DigitalHuman | None, origin: str, portrait: Any) -> bool:
    """Whether the request states anew that a portrait is drawn. Raises `PermissionDenied` without the right to."""
    if origin != DigitalHuman.Origin.DRAWN or (human is not None and not portrait and services.is_drawn(human)):
        return False
    who: Any = request.user
    scopes = getattr(who, "scopes", None)
    if not (who.has_perm("avatars.add_consent") if scopes is None else "consents:write" in scopes):
        raise PermissionDenied(MAY_NOT_STATE, code="statement_forbidden")
    return True


def _look_at(portrait: Any, face: int | None) -> tuple[Any, tuple[str, ...], bool | None]:
    """The checked portrait, the remarks about it, and whether it looks photographed."""
    try:
        found, kept = services.check_portrait(portrait, face=face)
    except PortraitError as error:
        words = str(UNUSABLE.get(error.code, error.message))
        raise ValidationError({"portrait": [ErrorDetail(words, code=error.code)]}) from error
    return kept, tuple(str(REMARKS[code]) for code in found.remarks), found.photographic


def location_of(request: Request, name: str, row: Model) -> str:
    return str(reverse(f"{name}-detail", args=[row.pk], request=request))


def _film(request: Request, render: Render, name: str) -> HttpResponseBase:
    """A file of a video. Raises `ConsentError` if the consent is no longer in force."""
    services.check_consent(render)
    return _file(request, getattr(render, name))


def _file(request: Request, stored: FieldFile) -> HttpResponseBase:
    if not stored or not default_storage.exists(str(stored)):
        raise NotFound(gettext("There is no such file, or not yet."), code="no_file")
    return range_responses.serve(request._request, Path(default_storage.path(str(stored))))
