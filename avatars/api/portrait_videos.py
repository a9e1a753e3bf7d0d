"""Portrait videos over REST: brought for a digital human, and followed while they are checked."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import parsers, serializers, status, viewsets
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from avatars import services
from avatars.api.requester import name_of
from avatars.api.serializers.humans import PlaceSerializer
from avatars.exceptions import PortraitError
from avatars.models import DigitalHuman, PortraitVideo
from avatars.reasons import video as reasons
from core.web.api_fields import StrictSerializer


class VideoUploadSerializer(StrictSerializer):
    """A video to become the portrait."""

    video = serializers.FileField(help_text="MP4, MOV or WebM of one person, 20 seconds to 2 minutes, up to 500 MB.")


class VideoFindingSerializer(serializers.Serializer[Any]):
    """A finding, and its time in seconds of the video."""

    code = serializers.CharField()
    words = serializers.SerializerMethodField()
    begin = serializers.FloatField()
    end = serializers.FloatField()
    picture = serializers.CharField(help_text="One of its frames as a JPEG in Base64.")
    places = serializers.SerializerMethodField(
        help_text="What it is about in `picture`; empty if it is about the whole frame."
    )

    @extend_schema_field(OpenApiTypes.STR)
    def get_words(self, finding: dict[str, Any]) -> str:
        return reasons.told(finding["code"], finding["begin"], finding["end"])

    @extend_schema_field(PlaceSerializer(many=True))
    def get_places(self, finding: dict[str, Any]) -> list[dict[str, float]]:
        # Videos that were checked earlier have none.
        places: list[dict[str, float]] = finding.get("places", [])
        return places


class PortraitVideoSerializer(serializers.ModelSerializer[PortraitVideo]):
    """A portrait video and its check."""

    shown = serializers.SerializerMethodField(help_text="Whether it is the portrait now.")
    words = serializers.SerializerMethodField(help_text="The reason in words.")
    findings = VideoFindingSerializer(many=True, read_only=True)

    class Meta:
        model = PortraitVideo
        fields = (
            *("id", "status", "reason", "words", "progress", "seconds", "sha256", "shown", "findings"),
            *("created_at", "finished_at"),
        )
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.BOOL)
    def get_shown(self, video: PortraitVideo) -> bool:
        return bool(video.still) and str(video.digital_human.portrait.name) == video.still

    @extend_schema_field(OpenApiTypes.STR)
    def get_words(self, video: PortraitVideo) -> str:
        return video.reason_words if video.reason else ""


class PortraitVideos(viewsets.GenericViewSet[Any]):
    """The portrait video of a digital human."""

    queryset = DigitalHuman.objects.all()
    serializer_class = PortraitVideoSerializer
    parser_classes = (parsers.MultiPartParser,)
    pagination_class = None
    required_scopes = {"GET": "digital_humans:read", "POST": "digital_humans:write"}

    @extend_schema(summary="Get the portrait video", responses={200: PortraitVideoSerializer, 404: None})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The latest uploaded video, with the progress of its check and the findings."""
        video = services.latest_portrait_video(self.get_object())
        if video is None:
            raise NotFound
        return Response(self.get_serializer(video).data)

    @extend_schema(
        summary="Upload a portrait video",
        request={"multipart/form-data": VideoUploadSerializer},
        responses={202: PortraitVideoSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """It is checked in the background. If it is suitable, it becomes the portrait, which then needs a consent."""
        human = self.get_object()
        wish = VideoUploadSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        try:
            row = services.request_portrait_video(human, wish.validated_data["video"], by=name_of(request))
        except PortraitError as error:
            raise ValidationError({"video": [ErrorDetail(error.message, code=error.code)]}) from error
        return Response(self.get_serializer(row).data, status=status.HTTP_202_ACCEPTED)
