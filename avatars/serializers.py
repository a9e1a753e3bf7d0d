"""Digital humans, voices and renders as the API shows and takes them."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import FileExtensionValidator
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from avatars import services
from avatars.availability import State
from avatars.examination import NOBODY, Examined
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
    Voice,
)
from avatars.reasons import RECORDINGS, REMARKS, UNUSABLE
from openuser.lib.rest import ClearableFiles, KnownFields, TextField


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": settings.AVATARS["MAX_CHARACTERS"]})
class ScriptField(TextField):
    """Words for a digital human to say; what can be said is the service's to judge."""


class VoiceSerializer(serializers.ModelSerializer[Voice]):
    """A speaking voice."""

    audition_url = serializers.SerializerMethodField(help_text="Where two seconds of it can be heard, as M4A.")

    class Meta:
        model = Voice
        fields = ("id", "name", "name_en", "engine", "key", "gender", "language", "notes", "sample", "audition_url")

    @extend_schema_field(OpenApiTypes.URI)
    def get_audition_url(self, voice: Voice) -> str:
        return _address(self.context, "voice-audition", voice.pk)


class RemarkSerializer(serializers.Serializer[Any]):
    """What to mind about a picture."""

    code = serializers.CharField()
    words = serializers.CharField()


class SeenFaceSerializer(serializers.Serializer[Any]):
    """A face in a picture, in pixels of the upright picture."""

    index = serializers.IntegerField(help_text="The number by which it is chosen; the largest is 0.")
    box = serializers.ListField(child=serializers.FloatField(), help_text="Left, top, right, bottom.")
    eye_distance = serializers.FloatField()
    yaw = serializers.FloatField(help_text="Degrees to a side.")
    points = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()), help_text="Its mesh, of the chosen one only."
    )


class ExaminedSerializer(serializers.Serializer[Examined]):
    """What was found in a picture."""

    ok = serializers.SerializerMethodField(help_text="Whether a digital human can be made of it.")
    code = serializers.ChoiceField(["", *UNUSABLE], source="flaw", help_text="Why not.")
    words = serializers.SerializerMethodField(help_text="Why not, and what to do, in words.")
    remarks = serializers.SerializerMethodField(help_text="What to mind, though it will do.")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    faces = serializers.SerializerMethodField()
    chosen = serializers.SerializerMethodField(help_text="The index of who speaks; null where it is not clear.")
    cut = serializers.ListField(
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="Left, top, right, bottom of what is kept, so that only the chosen one is in it; null: all of it.",
    )

    def get_ok(self, found: Examined) -> bool:
        return not found.flaw

    def get_words(self, found: Examined) -> str:
        return str(UNUSABLE[found.flaw]) if found.flaw else ""

    @extend_schema_field(RemarkSerializer(many=True))
    def get_remarks(self, found: Examined) -> list[dict[str, str]]:
        return [{"code": code, "words": str(REMARKS[code])} for code in found.remarks]

    @extend_schema_field(SeenFaceSerializer(many=True))
    def get_faces(self, found: Examined) -> list[dict[str, Any]]:
        return [
            {
                "index": index,
                "box": [round(edge, 1) for edge in face.box],
                "eye_distance": round(face.eye_distance, 1),
                "yaw": round(face.yaw, 1),
                "points": [[round(x, 1), round(y, 1)] for x, y in face.points] if index == found.chosen else [],
            }
            for index, face in enumerate(found.faces)
        ]

    def get_chosen(self, found: Examined) -> int | None:
        return None if found.chosen == NOBODY else found.chosen


class DigitalHumanSerializer(ClearableFiles[DigitalHuman]):
    """A portrait and a voice. The portrait goes in as a file and comes out as an address."""

    portrait = serializers.FileField(
        write_only=True,
        validators=[FileExtensionValidator(["jpg", "jpeg", "png", "webp"])],
        help_text="A face from the front: JPEG, PNG or WebP up to 10 MB.",
    )
    face = serializers.IntegerField(
        write_only=True,
        required=False,
        min_value=0,
        max_value=99,
        help_text="Who speaks, where several are in the portrait: the `index` that the check of a picture gives.",
    )
    portrait_url = serializers.SerializerMethodField(help_text="Where the picture can be had, with the same token.")
    consented = serializers.SerializerMethodField(
        help_text="Whether it may be filmed: it is drawn, or an active consent covers its photograph."
    )

    class Meta:
        model = DigitalHuman
        fields: tuple[str, ...] = (
            *("id", "name", "origin", "voice", "speed", "pause", "mode", "portrait", "face", "portrait_url", "format"),
            *("background_color", "background", "captions", "logo", "logo_corner", "logo_size", "logo_opacity"),
            *("intro", "outro", "consented", "created_at"),
        )
        clearable = ("background", "logo", "intro", "outro")
        read_only_fields = ("created_at",)

    @extend_schema_field(OpenApiTypes.URI)
    def get_portrait_url(self, human: DigitalHuman) -> str:
        return _address(self.context, "digital-human-portrait", human.pk)

    def get_consented(self, human: DigitalHuman) -> bool:
        return services.has_consent(human)


class CheckedDigitalHumanSerializer(DigitalHumanSerializer):
    """After a portrait was looked at: what could be better about it."""

    warnings = serializers.SerializerMethodField(help_text="What to mind; the portrait was taken all the same.")

    class Meta(DigitalHumanSerializer.Meta):
        fields = (*DigitalHumanSerializer.Meta.fields, "warnings")

    def get_warnings(self, human: DigitalHuman) -> list[str]:
        return list(self.context["warnings"])


class RenderSerializer(serializers.ModelSerializer[Render]):
    """A video and how far it is."""

    hint = serializers.CharField(source="advice", read_only=True, help_text="What to do where it was not made.")
    video_url = serializers.SerializerMethodField(help_text="The MP4; null until it is made.")
    captions_url = serializers.SerializerMethodField(help_text="The captions as SRT; null until they are made.")
    poster_url = serializers.SerializerMethodField(help_text="A still picture; null until it is made.")
    notes = serializers.ListField(
        child=serializers.CharField(),
        source="note_words",
        read_only=True,
        help_text="What was not as it was asked for.",
    )

    class Meta:
        model = Render
        fields: tuple[str, ...] = (
            *("id", "digital_human", "text", "mode", "status", "reason", "hint", "stage", "progress"),
            *("estimated_seconds", "took_seconds", "seconds", "width", "height", "size", "content_id", "cid"),
            *("created_at", "started_at", "finished_at", "video_url", "captions_url", "poster_url"),
            *("engine_used", "speech_engine_used", "notes", "purpose", "consent", "template"),
        )
        read_only_fields = fields
        extra_kwargs = {"seconds": {"help_text": "How long the video plays."}, "size": {"help_text": "In bytes."}}

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    def get_video_url(self, render: Render) -> str | None:
        return _address(self.context, "render-video", render.pk) if render.video else None

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    def get_captions_url(self, render: Render) -> str | None:
        return _address(self.context, "render-captions", render.pk) if render.captions else None

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    def get_poster_url(self, render: Render) -> str | None:
        return _address(self.context, "render-poster", render.pk) if render.poster else None


class EngineFileSerializer(serializers.Serializer[Any]):
    """A file that an engine reads."""

    name = serializers.CharField()
    present = serializers.BooleanField()
    whole = serializers.BooleanField(help_text="Whether its length is right.")
    size = serializers.IntegerField(help_text="In bytes, as it must be; 0 where any will do.")
    sha256 = serializers.CharField(allow_blank=True)


class EngineSerializer(serializers.Serializer[Any]):
    """An engine of the settings and how it stands."""

    kind = serializers.ChoiceField(services.Kind.choices)
    name = serializers.CharField()
    available = serializers.BooleanField(source="availability.ok")
    state = serializers.ChoiceField([state.value for state in State], source="availability.state")
    about = serializers.CharField(
        source="availability.about", allow_blank=True, help_text="The package, file, setting or address in question."
    )
    reason = serializers.CharField(source="words", allow_blank=True, help_text="What it lacks, in words.")
    remedy = serializers.CharField(allow_blank=True, help_text="What to do about it.")
    licence = serializers.CharField(source="availability.licence", allow_blank=True)
    device = serializers.CharField(source="availability.device")
    files = EngineFileSerializer(many=True, source="availability.files")
    stands_in = serializers.BooleanField(help_text="Whether it is used where another one of its kind fails.")
    uses = serializers.IntegerField(help_text="How many digital humans or voices name it.")
    rests_until = serializers.DateTimeField(allow_null=True, help_text="Nobody asks it before: it failed repeatedly.")


class StageRunSerializer(serializers.Serializer[Any]):
    """A stage of an attempt to make a video."""

    attempt = serializers.IntegerField(help_text="0 for the wait before the first one.")
    stage = serializers.ChoiceField(Stage.choices)
    name = serializers.CharField(source="label", help_text="Its name in the reader's language.")
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Null while it runs, and where it was lost.")
    seconds = serializers.FloatField(allow_null=True)
    cpu_seconds = serializers.FloatField(allow_null=True, help_text="Seconds of a processor that it cost.")
    outcome = serializers.ChoiceField(Outcome.choices)
    code = serializers.CharField(allow_blank=True, help_text="Why it failed.")


class RenderProgressSerializer(RenderSerializer):
    """One video, with an honest estimate of when it is ready."""

    eta_low_seconds = serializers.SerializerMethodField(help_text="Four of five videos are ready after this …")
    eta_high_seconds = serializers.SerializerMethodField(help_text="… and before that.")
    queue_place = serializers.SerializerMethodField(help_text="From 1; 0 once it is being made.")
    timeline = StageRunSerializer(many=True, read_only=True, help_text="The stages as they went, in order.")
    cpu_seconds = serializers.FloatField(read_only=True, help_text="Seconds of a processor that it cost so far.")
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
        return round(services.seconds_left(render), 1)

    def get_eta_low_seconds(self, render: Render) -> float:
        return round(services.time_left(render).low, 1)

    def get_eta_high_seconds(self, render: Render) -> float:
        return round(services.time_left(render).high, 1)

    def get_queue_place(self, render: Render) -> int:
        return services.place_in_queue(render)


class RenderRequestSerializer(KnownFields):
    """What to make."""

    digital_human = serializers.PrimaryKeyRelatedField(queryset=DigitalHuman.objects.select_related("voice"))
    text = ScriptField(max_length=settings.AVATARS["MAX_CHARACTERS"], help_text="What it says.")
    purpose = serializers.ChoiceField(
        Consent.Purpose.choices,
        default=Consent.Purpose.CHAT,
        help_text="What it is for: the person in a photograph must have agreed to that.",
    )
    mode = serializers.ChoiceField(
        RenderMode.choices, required=False, help_text="How much of the portrait moves; by default as the digital human."
    )
    format = serializers.ChoiceField(
        VideoFormat.choices, required=False, help_text="The proportions; by default as the digital human."
    )
    captions = serializers.ChoiceField(
        CaptionStyle.choices, required=False, help_text="The words in the picture; by default as the digital human."
    )


class RecordingRequestSerializer(RenderRequestSerializer):
    """Ready sound instead of words to say, as `multipart/form-data`."""

    recording = serializers.FileField(help_text="A voice as WAV, MP3, M4A or AMR. It is heard as it is.")
    text = ScriptField(
        max_length=settings.AVATARS["MAX_CHARACTERS"],
        required=False,
        allow_blank=True,
        help_text="Its words, where they are known: they time the lips best, and are the captions.",
    )

    def validate_recording(self, file: "UploadedFile[Any]") -> services.Sound:
        try:
            return services.check_recording(file.read(services.MOST_BYTES + 1))
        except MediaError as error:
            raise serializers.ValidationError(str(RECORDINGS.get(error.code, str(error))), code=error.code) from error


def _address(context: Mapping[str, Any], name: str, pk: int) -> str:
    path = reverse(name, args=[pk])
    request = context.get("request")
    return str(request.build_absolute_uri(path)) if request else path
