"""Renders as the API shows and takes them."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from avatars import services
from avatars.api.serializers.fields import ScriptField, address
from avatars.exceptions import MediaError
from avatars.models import (
    CaptionStyle,
    Consent,
    DigitalHuman,
    Outcome,
    Render,
    RenderMode,
    Stage,
    VideoFormat,
)
from avatars.reasons.render import RECORDINGS
from core.confidentiality.confidential_api import WordsSerializer
from core.web.api_fields import ChoiceField, StrictSerializer

FILES = ("video_url", "captions_url", "translated_captions_url", "poster_url")


class RenderSerializer(WordsSerializer, serializers.ModelSerializer[Render]):
    """A render and its progress."""

    left_out: ClassVar = {"text": "", **dict.fromkeys(FILES)}

    hint = serializers.CharField(source="advice", read_only=True, help_text="How to fix a failed render.")
    video_url = serializers.SerializerMethodField(help_text="URL of the MP4; null until it is done.")
    captions_url = serializers.SerializerMethodField(help_text="URL of the SRT captions; null until it is done.")
    translated_captions_url = serializers.SerializerMethodField(
        help_text="URL of the SRT captions in the second language of a presentation; null without."
    )
    poster_url = serializers.SerializerMethodField(help_text="URL of a still picture; null until it is done.")
    notes = serializers.ListField(
        child=serializers.CharField(),
        source="note_words",
        read_only=True,
        help_text="Deviations from the request, such as a fallback engine.",
    )

    class Meta:
        model = Render
        fields: tuple[str, ...] = (
            *("id", "digital_human", "text", "mode", "status", "reason", "hint", "stage", "progress"),
            *("estimated_seconds", "took_seconds", "seconds", "width", "height", "size", "content_id", "cid"),
            *("created_at", "started_at", "finished_at", "video_url", "captions_url", "poster_url"),
            "translated_captions_url",
            *("engine_used", "speech_engine_used", "notes", "purpose", "consent", "voice_consent"),
            *("partner", "partner_consent", "partner_voice_consent"),
            "template",
        )
        read_only_fields = fields
        extra_kwargs = {
            "text": {"help_text": "Empty without the scope `conversations:read`, where a member asked for the video."},
            "seconds": {"help_text": "How long the video plays."},
            "size": {"help_text": "In bytes."},
        }

    def has_words(self, row: Render) -> bool:
        return row.said_by_member is not None

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    def get_video_url(self, render: Render) -> str | None:
        return address(self.context, "render-video", render.pk) if render.video else None

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    def get_captions_url(self, render: Render) -> str | None:
        return address(self.context, "render-captions", render.pk) if render.captions else None

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    def get_translated_captions_url(self, render: Render) -> str | None:
        captions = render.translated_captions
        return address(self.context, "render-translated-captions", render.pk) if captions else None

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    def get_poster_url(self, render: Render) -> str | None:
        return address(self.context, "render-poster", render.pk) if render.poster else None


class StageRunSerializer(serializers.Serializer[Any]):
    """One stage of one attempt."""

    attempt = serializers.IntegerField(help_text="0 for the wait before the first attempt.")
    stage = ChoiceField(Stage.choices)
    name = serializers.CharField(source="label", help_text="Its name in the language of the request.")
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Null while it runs, and if the worker died.")
    seconds = serializers.FloatField(allow_null=True)
    cpu_seconds = serializers.FloatField(allow_null=True, help_text="CPU seconds used.")
    first_seconds = serializers.FloatField(allow_null=True, help_text="Seconds until its first result, if known.")
    outcome = ChoiceField(Outcome.choices)
    code = serializers.CharField(allow_blank=True, help_text="Code of the reason if it failed.")


class RenderProgressSerializer(RenderSerializer):
    """A render with its stages and an estimate of the time left."""

    eta_low_seconds = serializers.SerializerMethodField(help_text="Lower end of the estimate, in seconds.")
    eta_high_seconds = serializers.SerializerMethodField(
        help_text="Upper end of the estimate; four of five renders end between the two."
    )
    queue_place = serializers.SerializerMethodField(help_text="Position in the queue from 1; 0 once it runs.")
    timeline = StageRunSerializer(many=True, read_only=True, help_text="The stages so far, in order.")
    cpu_seconds = serializers.FloatField(read_only=True, help_text="CPU seconds used so far.")
    eta_seconds = serializers.SerializerMethodField(
        help_text="Seconds from now until it is ready; 0 once it has ended."
    )

    class Meta(RenderSerializer.Meta):
        fields = (
            *RenderSerializer.Meta.fields,
            "eta_seconds",
            "eta_low_seconds",
            "eta_high_seconds",
            "queue_place",
            "timeline",
            "cpu_seconds",
        )
        read_only_fields = fields

    def get_eta_seconds(self, render: Render) -> float:
        return round(self._left(render).likely, 1)

    def get_eta_low_seconds(self, render: Render) -> float:
        return round(self._left(render).low, 1)

    def get_eta_high_seconds(self, render: Render) -> float:
        return round(self._left(render).high, 1)

    def _left(self, render: Render) -> services.Estimate:
        """Asked for once for each row."""
        known: dict[int, services.Estimate] = self.__dict__.setdefault("known_estimates", {})
        if render.pk not in known:
            known[render.pk] = services.time_left(render)
        return known[render.pk]

    def get_queue_place(self, render: Render) -> int:
        return services.queue_position(render)


class RenderRequestSerializer(StrictSerializer):
    """A script to render."""

    digital_human = serializers.PrimaryKeyRelatedField(queryset=DigitalHuman.objects.select_related("voice"))
    text = ScriptField(max_length=settings.AVATARS["MAX_CHARACTERS"], help_text="The script.")
    purpose = ChoiceField(
        Consent.Purpose.choices,
        default=Consent.Purpose.CHAT,
        help_text="Purpose of the video; the consent must cover it.",
    )
    mode = ChoiceField(
        RenderMode.choices,
        required=False,
        help_text="How much of the portrait moves; by default the digital human's mode.",
    )
    format = ChoiceField(VideoFormat.choices, required=False, help_text="Aspect ratio; by default the digital human's.")
    captions = ChoiceField(
        CaptionStyle.choices, required=False, help_text="Captions in the picture; by default the digital human's."
    )


class RecordingRequestSerializer(RenderRequestSerializer):
    """A recording instead of a script, as `multipart/form-data`."""

    recording = serializers.FileField(help_text="A voice recording as WAV, MP3, M4A or AMR. It is used unchanged.")
    text = ScriptField(
        max_length=settings.AVATARS["MAX_CHARACTERS"],
        required=False,
        allow_blank=True,
        help_text="Its text, if known. It improves lip timing and becomes the captions.",
    )

    def validate_recording(self, file: "UploadedFile[Any]") -> services.Recording:
        try:
            return services.check_recording(file.read(services.MAX_RECORDING_BYTES + 1))
        except MediaError as error:
            raise serializers.ValidationError(str(RECORDINGS.get(error.code, str(error))), code=error.code) from error
