"""Digital humans, voices and portraits as the API shows and takes them."""

from typing import Any

from django.core.validators import FileExtensionValidator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from avatars import services
from avatars.api.serializers.fields import FormBooleanField, address
from avatars.models import (
    DigitalHuman,
    Voice,
)
from avatars.portraits.findings import NOBODY, Examined
from avatars.reasons.portrait import REMARKS, UNUSABLE
from avatars.reasons.video import KEEPS_BACKGROUND
from core.web.api_fields import ChoiceField, ClearableFilesSerializer, StrictCharField


class VoiceSerializer(serializers.ModelSerializer[Voice]):
    """A speaking voice."""

    origin = serializers.SerializerMethodField(help_text="`synthetic` while a statement says so; else `cloned`.")
    audition_url = serializers.SerializerMethodField(help_text="URL of a two-second sample (M4A).")

    consented = serializers.SerializerMethodField(
        help_text="Whether it may speak: it is synthetic, or a consent in force covers it."
    )

    class Meta:
        model = Voice
        fields = (
            *("id", "name", "name_en", "engine", "key", "origin", "consented", "gender", "language", "speed"),
            *("mood", "notes", "notes_en", "sample", "audition_url"),
        )

    @extend_schema_field(ChoiceField(Voice.Origin.choices))
    def get_origin(self, voice: Voice) -> str:
        return Voice.Origin.SYNTHETIC if services.is_synthetic(voice) else Voice.Origin.CLONED

    def get_consented(self, voice: Voice) -> bool:
        return services.voice_allowed(voice)

    @extend_schema_field(OpenApiTypes.URI)
    def get_audition_url(self, voice: Voice) -> str:
        return address(self.context, "voice-audition", voice.pk)


class PlaceSerializer(serializers.Serializer[Any]):
    """A place in a picture, as shares of its upright width and height, 0 to 1."""

    x = serializers.FloatField(help_text="Its left edge.")
    y = serializers.FloatField(help_text="Its upper edge.")
    width = serializers.FloatField()
    height = serializers.FloatField()


class RemarkSerializer(serializers.Serializer[Any]):
    """A remark about a picture."""

    code = serializers.CharField()
    words = serializers.CharField()
    places = PlaceSerializer(many=True, help_text="What it is about; empty if it is about the whole picture.")


class SeenFaceSerializer(serializers.Serializer[Any]):
    """A face in a picture, in pixels of the upright picture."""

    index = serializers.IntegerField(help_text="The number to select it by; the largest face is 0.")
    box = serializers.ListField(child=serializers.FloatField(), help_text="Left, top, right, bottom.")
    eye_distance = serializers.FloatField()
    yaw = serializers.FloatField(help_text="Rotation to the side, in degrees.")
    roll = serializers.FloatField(help_text="Tilt, in degrees; positive if the eye on the left is the higher one.")
    points = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()), help_text="Its mesh; only for the selected face."
    )


class ExaminedSerializer(serializers.Serializer[Examined]):
    """The result of a portrait check."""

    ok = serializers.SerializerMethodField(help_text="Whether the picture can be a portrait.")
    code = ChoiceField(["", *UNUSABLE], source="flaw", help_text="Code of the reason if it can't; else empty.")
    words = serializers.SerializerMethodField(help_text="The reason and the remedy, in words.")
    places = serializers.SerializerMethodField(help_text="What the reason is about; empty for the whole picture.")
    remarks = serializers.SerializerMethodField(help_text="Remarks that do not prevent its use.")
    photographic = serializers.BooleanField(
        allow_null=True, help_text="Whether the face looks photographed; null if no face was selected."
    )
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    turn = serializers.IntegerField(
        help_text="Degrees clockwise by which the picture is turned to be upright, after EXIF rotation; 0 for most."
    )
    faces = serializers.SerializerMethodField()
    chosen = serializers.SerializerMethodField(help_text="Index of the selected face; null if several are possible.")
    cut = serializers.ListField(
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="Crop that leaves only the selected face: left, top, right, bottom. Null keeps the whole picture.",
    )

    def get_ok(self, examined: Examined) -> bool:
        return not examined.flaw

    def get_words(self, examined: Examined) -> str:
        return str(UNUSABLE[examined.flaw]) if examined.flaw else ""

    @extend_schema_field(RemarkSerializer(many=True))
    def get_remarks(self, examined: Examined) -> list[dict[str, Any]]:
        return [
            {"code": code, "words": str(REMARKS[code]), "places": _places(examined, code)} for code in examined.remarks
        ]

    @extend_schema_field(PlaceSerializer(many=True))
    def get_places(self, examined: Examined) -> list[dict[str, float]]:
        return _places(examined, examined.flaw)

    @extend_schema_field(SeenFaceSerializer(many=True))
    def get_faces(self, examined: Examined) -> list[dict[str, Any]]:
        return [
            {
                "index": index,
                "box": [round(edge, 1) for edge in face.box],
                "eye_distance": round(face.eye_distance, 1),
                "yaw": round(face.yaw, 1),
                "roll": round(face.roll, 1),
                "points": [[round(x, 1), round(y, 1)] for x, y in face.points] if index == examined.chosen else [],
            }
            for index, face in enumerate(examined.faces)
        ]

    def get_chosen(self, examined: Examined) -> int | None:
        return None if examined.chosen == NOBODY else examined.chosen


def _places(examined: Examined, code: str) -> list[dict[str, float]]:
    edges = ("x", "y", "width", "height")
    return [{edge: round(getattr(place, edge), 4) for edge in edges} for place in examined.places_of(code)]


class OriginField(ChoiceField):
    """The origin of a portrait by its statements; writing it records or withdraws one."""

    def get_attribute(self, human: DigitalHuman) -> DigitalHuman.Origin:
        return DigitalHuman.Origin.DRAWN if services.is_drawn(human) else DigitalHuman.Origin.PHOTOGRAPH


class DigitalHumanSerializer(ClearableFilesSerializer[DigitalHuman]):
    """A portrait and a voice. Upload the portrait as a file; responses contain its URL."""

    portrait = serializers.FileField(
        write_only=True,
        validators=[FileExtensionValidator(["jpg", "jpeg", "png", "webp"])],
        help_text="A front view of a face: JPEG, PNG or WebP up to 10 MB.",
    )
    face = serializers.IntegerField(
        write_only=True,
        required=False,
        min_value=0,
        max_value=99,
        help_text="`index` of the face to use, if the portrait shows several; see the portrait check.",
    )
    origin = OriginField(
        DigitalHuman.Origin.choices,
        required=False,
        help_text="`drawn` states that the portrait shows no real person, which also takes the scope `consents:write`. "
        "A new portrait makes an earlier statement void.",
    )
    origin_reason = StrictCharField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=300,
        help_text="Why the portrait shows no real person; required if it looks like a photograph.",
    )
    automatic_mood = FormBooleanField(
        required=False, help_text="Whether words and punctuation suggest the mood of a sentence; `true` if left out."
    )
    portrait_url = serializers.SerializerMethodField(help_text="URL of the picture; takes the same token.")
    idle_video_url = serializers.SerializerMethodField(
        help_text="URL of its silent video that loops without a seam; takes the same token. Empty until it is made, "
        "and while no consent covers it."
    )
    consented = serializers.SerializerMethodField(
        help_text="Whether it may be rendered: consents in force cover its photo and its cloned voice, if it has them."
    )

    class Meta:
        model = DigitalHuman
        fields: tuple[str, ...] = (
            *(
                "id",
                "name",
                "origin",
                "origin_reason",
                "voice",
                "speed",
                "pause",
                "mood",
                "automatic_mood",
                "mode",
                "portrait",
                "face",
                "portrait_url",
                "idle_video_url",
                "format",
            ),
            *("background_color", "background", "captions", "logo", "logo_corner", "logo_size", "logo_opacity"),
            *("intro", "outro", "consented", "created_at"),
        )
        clearable = ("background", "logo", "intro", "outro")
        read_only_fields = ("created_at",)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        field = next((name for name in ("background_color", "background") if attrs.get(name)), "")
        human = None if attrs.get("portrait") else self.instance
        if field and human is not None and services.keeps_background(human):
            raise serializers.ValidationError({field: ErrorDetail(str(KEEPS_BACKGROUND), code="moving_background")})
        return attrs

    @extend_schema_field(OpenApiTypes.URI)
    def get_portrait_url(self, human: DigitalHuman) -> str:
        return address(self.context, "digital-human-portrait", human.pk)

    @extend_schema_field(OpenApiTypes.STR)
    def get_idle_video_url(self, human: DigitalHuman) -> str:
        return address(self.context, "digital-human-idle-video", human.pk) if services.idle_video(human) else ""

    def get_consented(self, human: DigitalHuman) -> bool:
        return services.human_allowed(human)


class CheckedDigitalHumanSerializer(DigitalHumanSerializer):
    """A digital human with remarks about its new portrait."""

    warnings = serializers.SerializerMethodField(help_text="Remarks about the portrait, which was accepted.")

    class Meta(DigitalHumanSerializer.Meta):
        fields = (*DigitalHumanSerializer.Meta.fields, "warnings")

    def get_warnings(self, human: DigitalHuman) -> list[str]:
        return list(self.context["warnings"])
