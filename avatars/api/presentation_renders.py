"""Renders of presentations over REST, and their dry runs."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from avatars import services
from avatars.api.presentations import WHICH, WITH_VOICES
from avatars.api.requester import location_of, requester_of
from avatars.api.serializers import RenderProgressSerializer
from avatars.api.video_templates import refuse, values_field
from avatars.models import Consent, Presentation, Render
from core.web.api_fields import ChoiceField, StrictSerializer
from core.web.json_parser import JSONParser


class PresentationRenderSerializer(StrictSerializer):
    """Values for the variables, the purpose of the video, and whether to render it."""

    variables = values_field()
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

    def faults(self, presentation: Presentation) -> None:
        """Refuses values that do not fit, each under its name."""
        wish = self.validated_data
        refuse(services.presentation_value_faults(presentation, wish["variables"], translated=wish["translated"]))


class LowerThirdSerializer(serializers.Serializer[tuple[int, str, str]]):
    """A lower third."""

    scene = serializers.IntegerField(help_text="The number of the scene, from 1.")
    name = serializers.CharField()
    role = serializers.CharField()

    def to_representation(self, row: tuple[int, str, str]) -> dict[str, Any]:
        return dict(zip(("scene", "name", "role"), row, strict=True))


class PresentationCheckSerializer(serializers.Serializer[services.PresentationCheck]):
    """The result of a dry run."""

    text = serializers.CharField(help_text="All scripts, without marks.")
    characters = serializers.SerializerMethodField(help_text="How many characters they have.")
    scenes = serializers.IntegerField()
    lower_thirds = LowerThirdSerializer(many=True, help_text="Names and titles, by scene.")
    estimated_seconds = serializers.FloatField(source="estimate.likely", help_text="How long the render takes.")

    def get_characters(self, checked: services.PresentationCheck) -> int:
        return len(checked.text)


ANSWER = PolymorphicProxySerializer(
    component_name="PresentationRenderAnswer",
    serializers=[RenderProgressSerializer, PresentationCheckSerializer],
    resource_type_field_name=None,
)


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

        Missing values use their defaults. `errors` names missing parts as `scenes[0].script` or `variables.<name>`.
        """
        presentation = get_object_or_404(
            Presentation.objects.select_related(*WITH_VOICES).prefetch_related("scenes", "variables"), pk=pk
        )
        wish = PresentationRenderSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        wish.faults(presentation)
        wished = {name: wish.validated_data[name] for name in ("purpose", "translated")}
        values = wish.validated_data["variables"]
        if wish.validated_data["dry_run"]:
            checked = services.check_presentation(presentation, values, **wished)
            return Response(PresentationCheckSerializer(checked).data)
        render = services.request_presentation_render(
            presentation,
            values,
            **wished,
            requester=requester_of(request),
            cid=request.headers.get("X-Request-ID", ""),
        )
        code = status.HTTP_200_OK if render.is_finished else status.HTTP_202_ACCEPTED
        data = RenderProgressSerializer(render, context=self.get_serializer_context()).data
        return Response(data, status=code, headers={"Location": location_of(request, "render", render)})
