"""Presentations over REST: scenes with slides, and their pictures."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import parsers, serializers, status, viewsets
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from avatars import services
from avatars.api.video_templates import MOST_VARIABLES, VariableSerializer, VariablesText, by_place
from avatars.exceptions import MediaError
from avatars.models import Presentation, PresentationScene, PresentationVariable
from avatars.reasons.render import PDFS
from avatars.validators import MOST_POINTS, check_points
from core.web.api_fields import ClearableFilesSerializer, StrictSerializer
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

    In dialogues, lines of the script begin with `A:` or `B:`; `partner` of the presentation speaks the lines of `B`.
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
    """A presentation with its scenes, which have addresses of their own.

    `{{name}}` in scripts and lower thirds of its scenes stands for the variable “name”, `{{name.label}}` for the label
    of a choice.
    """

    scenes = SceneSerializer(many=True, read_only=True)
    variables = VariableSerializer(  # type: ignore[call-arg]  # it is the list that takes the most
        many=True, required=False, max_length=MOST_VARIABLES, help_text="Replaces all existing variables."
    )

    class Meta:
        model = Presentation
        fields = (
            *("id", "name", "digital_human", "partner", "format", "captions", "caption_languages"),
            *("background_color", "accent_color", "logo", "music", "translation_voice", "translation_partner_voice"),
            *("variables", "scenes"),
            *("created_at", "updated_at"),
        )
        clearable = ("logo", "music")
        read_only_fields = ("created_at", "updated_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if "variables" in attrs:
            attrs["variables"] = rows = [PresentationVariable(**values) for values in attrs["variables"]]
            if faults := services.presentation_variable_faults(rows):
                raise serializers.ValidationError(by_place(faults))
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Presentation:
        rows = validated_data.pop("variables", None)
        return services.save_presentation(Presentation(**validated_data), rows)

    def update(self, instance: Presentation, validated_data: dict[str, Any]) -> Presentation:
        rows = validated_data.pop("variables", None)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        services.save_presentation(instance, rows)
        # The prefetched variables are out of date.
        return Presentation.objects.prefetch_related("scenes", "variables").get(pk=instance.pk)


class PresentationFormSerializer(PresentationSerializer):
    """A presentation as `multipart/form-data`, with its files; an empty field removes a file."""

    variables = VariablesText(required=False)  # type: ignore[assignment]


BODY = {"application/json": PresentationSerializer, "multipart/form-data": PresentationFormSerializer}


class PagesSerializer(StrictSerializer):
    """A PDF."""

    pdf = serializers.FileField(help_text="At most 60 pages and 30 MB, without a password.")


class PresentationFilter(django_filters.FilterSet):  # type: ignore[misc]
    digital_human = IdFilter()

    class Meta:
        model = Presentation
        fields = ("name",)


@extend_schema_view(
    list=extend_schema(summary="List presentations"),
    retrieve=extend_schema(summary="Get a presentation"),
    create=extend_schema(summary="Create a presentation", request=BODY, responses={201: PresentationSerializer}),
    partial_update=extend_schema(
        summary="Change a presentation", request=BODY, responses={200: PresentationSerializer}
    ),
)
class Presentations(viewsets.ModelViewSet[Presentation]):
    """Videos of scenes: a digital human beside slides."""

    queryset = Presentation.objects.prefetch_related("scenes", "variables")
    serializer_class = PresentationSerializer
    filterset_class = PresentationFilter
    parser_classes = (JSONParser, parsers.MultiPartParser)
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    required_scopes = SCOPES

    def get_serializer_class(self) -> type[PresentationSerializer]:
        is_form = str(getattr(self.request, "content_type", "")).startswith("multipart/")
        return PresentationFormSerializer if is_form else PresentationSerializer

    def perform_destroy(self, instance: Presentation) -> None:
        services.remove_presentation(instance)

    @extend_schema(summary="Delete a presentation", responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Existing videos stay."""
        return super().destroy(request, *args, **kwargs)


class OfPresentation(viewsets.GenericViewSet[PresentationScene]):
    """Addresses below one presentation."""

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
        row = self.scene(pk, scene)
        wish = self.get_serializer(row, data=request.data, partial=True)
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
        presentation, wish = self.presentation(pk), PagesSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        try:
            scenes = services.import_pages(presentation, wish.validated_data["pdf"].read())
        except MediaError as error:
            message = str(PDFS.get(error.code, error.message))
            raise serializers.ValidationError({"pdf": [ErrorDetail(message, code=error.code)]}) from error
        return Response(self.get_serializer(scenes, many=True).data, status=status.HTTP_201_CREATED)
