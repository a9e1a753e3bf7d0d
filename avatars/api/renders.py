"""Renders and their files over REST."""

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, parsers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from avatars import services
from avatars.api.files import RANGED, serve_file
from avatars.api.requester import location_of, requester_of
from avatars.api.serializers import (
    RecordingRequestSerializer,
    RenderProgressSerializer,
    RenderRequestSerializer,
    RenderSerializer,
)
from avatars.models import Render
from core.confidentiality.access_records import record_access
from core.confidentiality.confidential_api import OWN, ReadingViews
from core.confidentiality.rights import may_read
from core.web.api_filters import IdFilter
from core.web.json_parser import JSONParser


class RenderFilter(django_filters.FilterSet):  # type: ignore[misc]
    digital_human = IdFilter()
    template = IdFilter()
    created_after = django_filters.IsoDateTimeFilter("created_at", "gt")
    created_before = django_filters.IsoDateTimeFilter("created_at", "lt")

    class Meta:
        model = Render
        fields = ("status", "mode", "cid")


@extend_schema_view(list=extend_schema(summary="List renders"))
class Renders(
    ReadingViews,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    viewsets.GenericViewSet[Render],
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
            self._progress(render, own=True), status=code, headers={"Location": location_of(request, "render", render)}
        )

    @extend_schema(summary="Get a render", responses=RenderProgressSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Progress, estimated time, and the files once it is done."""
        return super().retrieve(request, *args, **kwargs)

    def get_serializer_class(self) -> Any:
        return RenderSerializer if self.action == "list" else RenderProgressSerializer

    def rows_with_words(self, rows: Sequence[Render]) -> Sequence[Render]:
        return [row for row in rows if row.said_by_member is not None]

    def people_in(self, rows: Sequence[Render]) -> Iterable[int]:
        return (row.said_by_member or 0 for row in rows)

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
        return _serve_video_file(request, self.get_object(), "video")

    @extend_schema(summary="Get the captions", responses={(200, "application/x-subrip"): OpenApiTypes.BINARY, **RANGED})
    @action(detail=True)
    def captions(self, request: Request, pk: str) -> HttpResponseBase:
        """The captions as SRT."""
        return _serve_video_file(request, self.get_object(), "captions")

    @extend_schema(
        summary="Get the captions in the second language",
        responses={(200, "application/x-subrip"): OpenApiTypes.BINARY, **RANGED},
    )
    @action(detail=True, url_path="translated-captions")
    def translated_captions(self, request: Request, pk: str) -> HttpResponseBase:
        """The captions of a presentation in the language that is not spoken, as SRT."""
        return _serve_video_file(request, self.get_object(), "translated_captions")

    @extend_schema(summary="Get the poster", responses={(200, "image/jpeg"): OpenApiTypes.BINARY, **RANGED})
    @action(detail=True)
    def poster(self, request: Request, pk: str) -> HttpResponseBase:
        """A still picture of the video."""
        return _serve_video_file(request, self.get_object(), "poster")

    def _progress(self, render: Render, *, own: bool = False) -> Any:
        return RenderProgressSerializer(render, context={**self.get_serializer_context(), OWN: own}).data


def _serve_video_file(request: Request, render: Render, name: str) -> HttpResponseBase:
    """A file of a video. Raises `ConsentError` if the consent is no longer in force."""
    if render.said_by_member is not None:
        if not may_read(request.user):
            raise PermissionDenied(
                gettext("A member's words are heard in it: it takes the right to read conversations.")
            )
        record_access(request.user, "avatars.Render", people=[render.said_by_member])
    services.check_consent(render)
    return serve_file(request, getattr(render, name))
