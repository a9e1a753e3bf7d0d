"""Presentations over REST: scenes with slides, their pictures, and renders of them."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import parsers, serializers, status, viewsets
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from avatars import services
from avatars.api.requester import location_of, requester_of
from avatars.api.serializers import RenderProgressSerializer
from avatars.exceptions import MediaError
from avatars.models import Consent, Presentation, PresentationScene, Render
from avatars.reasons.render import PDFS
from avatars.validators import MOST_POINTS, check_points
from core.web.api_fields import ChoiceField, ClearableFilesSerializer, StrictSerializer
from core.web.api_filters import IdFilter
from core.web.json_parser import JSONParser

WHICH = OpenApiParameter("id", int, OpenApiParameter.PATH, description="ID of the presentation.")
SCENE = OpenApiParameter("scene", int, OpenApiParameter.PATH, description="ID of the scene.")
WITH_VOICES = ("digital_human__voice", "partner__voice", "translation_voice", "translation_partner_voice")
SCOPES = {
    "GET": "digital_humans:read",
    "POST": "digital_humans:write",
    "PATCH": "digital_humans:write",
    "DELETE": "digital_humans:write",
}


@extend_schema_field(
    {
        "type": "array",
        "maxItems": MOST_POINTS,
        "items": {
            "type": "array",
            "minItems": 2,
            "maxItems": 2,
            "items": {"type": "number", "minimum": 0, "maximum": 100},
        },
    }
)
class PointsField(serializers.JSONField):
    """Pairs of percent; as JSON in a form."""

    default_validators = (check_points,)


class SceneSerializer(ClearableFilesSerializer[PresentationScene]):
    """A scene: a layout, a slide and a script. `[point 1]` in the script shows the first of `points` from there on.

    In dialogues, lines of the script begin with `A:` or `B:`; `partner` of the presentation speaks those of `B`.
    """

    has_slide = serializers.BooleanField(source="slide", read_only=True)
    points = PointsField(required=False, help_text="Places on the slide: [x, y] in percent from its left and its top.")

    class Meta:
        model = PresentationScene
        fields = (
            *("id", "position", "layout", "slide", "has_slide", "script", "points"),
            *("lower_third_name", "lower_third_role", "translation", "translation_name", "translation_role"),
        )
        clearable = ("slide",)


class PresentationSerializer(ClearableFilesSerializer[Presentation]):
    """A presentation with its scenes, which have addresses of their own."""

    scenes = SceneSerializer(many=True, read_only=True)

    class Meta:
        model = Presentation
        fields = (
            *("id", "name", "digital_human", "partner", "format", "captions", "background_color", "accent_color"),
            *("logo", "music", "translation_voice", "translation_partner_voice", "scenes", "created_at", "updated_at"),
        )
        clearable = ("logo", "music")
        read_only_fields = ("created_at", "updated_at")


class PagesSerializer(StrictSerializer):
    """A PDF."""

    pdf = serializers.FileField(help_text="At most 60 pages and 30 MB, without a password.")


class PresentationRenderSerializer(StrictSerializer):
    """The purpose of the video, and whether to render it."""

    purpose = ChoiceField(
        Consent.Purpose.choices,
        default=Consent.Purpose.CHAT,
        help_text="Purpose of the video; the consent must cover it.",
    )
    translated = serializers.BooleanField(
        default=False, help_text="The video in the second language: the scenes' `translation`, in its voices."
    )
    dry_run = serializers.BooleanField(
        default=False, help_text="Checks the presentation and its consents, and renders nothing."
    )


class PresentationCheckSerializer(serializers.Serializer[services.PresentationCheck]):
    """What would be rendered."""

    text = serializers.CharField(help_text="All scripts, without marks.")
    characters = serializers.SerializerMethodField(help_text="How many characters they have.")
    scenes = serializers.IntegerField()
    estimated_seconds = serializers.FloatField(source="estimate.likely", help_text="How long the render takes.")

    def get_characters(self, found: services.PresentationCheck) -> int:
        return len(found.text)


ANSWER = PolymorphicProxySerializer(
    component_name="PresentationRenderAnswer",
    serializers=[RenderProgressSerializer, PresentationCheckSerializer],
    resource_type_field_name=None,
)


class PresentationFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which presentations to list."""

    digital_human = IdFilter()

    class Meta:
        model = Presentation
        fields = ("name",)


@extend_schema_view(
    list=extend_schema(summary="List presentations"),
    retrieve=extend_schema(summary="Get a presentation"),
    create=extend_schema(summary="Create a presentation"),
    partial_update=extend_schema(summary="Change a presentation"),
)
class Presentations(viewsets.ModelViewSet[Presentation]):
    """Videos of scenes: a digital human beside slides."""

    queryset = Presentation.objects.prefetch_related("scenes")
    serializer_class = PresentationSerializer
    filterset_class = PresentationFilter
    parser_classes = (JSONParser, parsers.MultiPartParser)
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    required_scopes = SCOPES

    def perform_destroy(self, instance: Presentation) -> None:
        services.remove_presentation(instance)

    @extend_schema(summary="Delete a presentation", responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Existing videos stay."""
        return super().destroy(request, *args, **kwargs)


class OfPresentation(viewsets.GenericViewSet[PresentationScene]):
    """What belongs to one presentation."""

    queryset = PresentationScene.objects.all()
    serializer_class = SceneSerializer
    parser_classes: Any = (JSONParser, parsers.MultiPartParser)
    required_scopes = SCOPES

    def get_queryset(self) -> QuerySet[PresentationScene]:
        return PresentationScene.objects.select_related(*(f"presentation__{name}" for name in WITH_VOICES))

    def presentation(self, number: int) -> Presentation:
        return get_object_or_404(Presentation.objects.select_related(*WITH_VOICES), pk=number)

    def scene(self, number: int, scene: int) -> PresentationScene:
        return get_object_or_404(self.get_queryset(), presentation=number, pk=scene)


class Scenes(OfPresentation):
    """The scenes of a presentation."""

    @extend_schema(summary="Add a scene", parameters=[WHICH], request=SceneSerializer, responses={201: SceneSerializer})
    def create(self, request: Request, pk: int) -> Response:
        """It becomes the last one. Send a `slide` as `multipart/form-data`."""
        wish = self.get_serializer(data=request.data)
        wish.is_valid(raise_exception=True)
        values = {key: value for key, value in wish.validated_data.items() if key != "position"}
        scene = services.add_scene(self.presentation(pk), **values)
        return Response(self.get_serializer(scene).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Change a scene", parameters=[WHICH, SCENE], responses={200: SceneSerializer})
    def partial_update(self, request: Request, pk: int, scene: int) -> Response:
        """Changes the given fields, and no existing videos. `position` is its new place, from 1."""
        found = self.scene(pk, scene)
        wish = self.get_serializer(found, data=request.data, partial=True)
        wish.is_valid(raise_exception=True)
        position = wish.validated_data.pop("position", None)
        changed = wish.save()
        if position is not None:
            places = list(changed.presentation.scenes.values_list("pk", flat=True))
            services.move_scene(changed, position - 1 - places.index(changed.pk))
            changed.refresh_from_db()
        return Response(self.get_serializer(changed).data)

    @extend_schema(summary="Delete a scene", parameters=[WHICH, SCENE], responses={204: None})
    def destroy(self, request: Request, pk: int, scene: int) -> Response:
        """Existing videos stay."""
        self.scene(pk, scene).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class ScenePictures(OfPresentation):
    """Pictures of scenes."""

    @extend_schema(
        summary="Get the picture of a scene",
        parameters=[WHICH, SCENE],
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY},
    )
    def retrieve(self, request: Request, pk: int, scene: int) -> HttpResponse:
        """As it will look, with its points numbered and the AI label. Renders no video."""
        return HttpResponse(services.preview_scene(self.scene(pk, scene)), content_type="image/jpeg")


class Pages(OfPresentation):
    """Pages of PDFs."""

    parser_classes: Any = (parsers.MultiPartParser,)
    # A child process draws the pages for seconds.
    works_outside_transaction = True

    @extend_schema(
        summary="Import a PDF",
        parameters=[WHICH],
        request={"multipart/form-data": PagesSerializer},
        responses={201: SceneSerializer(many=True)},
    )
    def create(self, request: Request, pk: int) -> Response:
        """Adds a scene for each page, without a script."""
        found, wish = self.presentation(pk), PagesSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        try:
            scenes = services.import_pages(found, wish.validated_data["pdf"].read())
        except MediaError as error:
            words = str(PDFS.get(error.code, error.message))
            raise serializers.ValidationError({"pdf": [ErrorDetail(words, code=error.code)]}) from error
        return Response(self.get_serializer(scenes, many=True).data, status=status.HTTP_201_CREATED)


class PresentationRenders(viewsets.GenericViewSet[Render]):
    """Renders of presentations."""

    queryset = Render.objects.all()
    parser_classes = (JSONParser,)
    required_scopes = {"POST": "renders:write"}

    @extend_schema(
        summary="Render a presentation",
        parameters=[WHICH],
        request=PresentationRenderSerializer,
        responses={
            202: OpenApiResponse(RenderProgressSerializer, description="It is queued or running; see `eta_seconds`."),
            200: OpenApiResponse(ANSWER, description="An identical video exists, or the result of a dry run."),
            429: OpenApiResponse(None, description="Too many new videos in an hour or a day; see `Retry-After`."),
        },
    )
    def create(self, request: Request, pk: int) -> Response:
        """The video of the scenes as they are now. Scenes that have not changed since are not drawn again.

        `errors` names what is missing as `scenes[0].script`.
        """
        found = get_object_or_404(Presentation.objects.select_related(*WITH_VOICES), pk=pk)
        wish = PresentationRenderSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        wished = {name: wish.validated_data[name] for name in ("purpose", "translated")}
        if wish.validated_data["dry_run"]:
            checked = services.check_presentation(found, **wished)
            return Response(PresentationCheckSerializer(checked).data)
        render = services.request_presentation_render(
            found,
            **wished,
            requester=requester_of(request),
            cid=request.headers.get("X-Request-ID", ""),
        )
        code = status.HTTP_200_OK if render.is_finished else status.HTTP_202_ACCEPTED
        data = RenderProgressSerializer(render, context=self.get_serializer_context()).data
        return Response(data, status=code, headers={"Location": location_of(request, "render", render)})
