"""Digital humans over REST."""

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import parsers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from avatars import services
from avatars.api.files import RANGED, serve_file
from avatars.api.requester import location_of, name_of, requester_of
from avatars.api.serializers import CheckedDigitalHumanSerializer, DigitalHumanSerializer, RenderProgressSerializer
from avatars.exceptions import PortraitError
from avatars.forms.origins import MAY_NOT_STATE
from avatars.models import DigitalHuman
from avatars.reasons.portrait import REMARKS, UNUSABLE
from core.parties.acting_client import holder_key
from core.web.api_filters import IdFilter
from core.web.json_parser import JSONParser

PICTURES = {(200, f"image/{kind}"): OpenApiTypes.BINARY for kind in ("png", "jpeg", "webp")}


class DigitalHumanFilter(django_filters.FilterSet):  # type: ignore[misc]
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
        return services.annotate_idle_videos(services.annotate_consents(super().get_queryset()))

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
        """Possible only if no video, desk or campaign uses it."""
        services.remove_digital_human(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Get the portrait", responses=PICTURES | RANGED)
    @action(detail=True)
    def portrait(self, request: Request, pk: str) -> HttpResponseBase:
        """The picture as stored: upright, without metadata."""
        return serve_file(request, self.get_object().portrait)

    @extend_schema(summary="Get the idle video", responses={(200, "video/mp4"): OpenApiTypes.BINARY, **RANGED})
    @action(detail=True, url_path="idle-video")
    def idle_video(self, request: Request, pk: str) -> HttpResponseBase:
        """A silent MP4 that loops without a seam: the digital human breathes, blinks and listens."""
        render = services.idle_video(self.get_object())
        if render is None:
            raise NotFound(gettext("There is no such file, or not yet."), code="no_file")
        return serve_file(request, render.video)

    @extend_schema(
        summary="Request the idle video",
        request=None,
        responses={
            202: OpenApiResponse(RenderProgressSerializer, description="It is queued or running; see `eta_seconds`."),
            200: OpenApiResponse(RenderProgressSerializer, description="It exists."),
        },
    )
    @idle_video.mapping.post
    def request_idle_video(self, request: Request, pk: str) -> Response:
        """Shows the portrait, format and background that it has now. Follow the render at `Location`."""
        cid = request.headers.get("X-Request-ID", "")
        render = services.request_idle_video(self.get_object(), requester=requester_of(request), cid=cid)
        code = status.HTTP_200_OK if render.is_finished else status.HTTP_202_ACCEPTED
        data = RenderProgressSerializer(render, context=self.get_serializer_context()).data
        return Response(data, status=code, headers={"Location": location_of(request, "render", render)})

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
            wish |= {"portrait_by": name_of(request), "portrait_holder_id": holder_key()}
        elif stated and serializer.instance is not None:
            photographic = services.looks_photographed(serializer.instance)
        if stated:
            services.check_drawn(photographic, reason)
        with transaction.atomic():
            human = serializer.save()
            if portrait:
                services.cancel_portrait_videos(human)
            if stated:
                services.declare_drawn(human, by=name_of(request), reason=reason, photographic=photographic)
            elif origin == DigitalHuman.Origin.PHOTOGRAPH:
                services.withdraw_statements(human, by=name_of(request))
        # Read anew: the annotations of its statement and consents are those of the earlier portrait.
        human = self.get_queryset().get(pk=human.pk)
        context = {**self.get_serializer_context(), "warnings": warnings}
        data = CheckedDigitalHumanSerializer(human, context=context).data
        return Response(data, status=code, headers={"Location": location_of(request, "digital-human", human)})


def _is_to_be_stated(request: Request, human: DigitalHuman | None, origin: str, portrait: Any) -> bool:
    """Whether the request newly states that a portrait is drawn. Raises `PermissionDenied` without the right to."""
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
        examined, kept = services.check_portrait(portrait, face=face)
    except PortraitError as error:
        message = str(UNUSABLE.get(error.code, error.message))
        raise ValidationError({"portrait": [ErrorDetail(message, code=error.code)]}) from error
    return kept, tuple(str(REMARKS[code]) for code in examined.remarks), examined.photographic
