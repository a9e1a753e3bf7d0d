"""Statements as the API shows them: that a picture is drawn, or a voice synthetic."""

from typing import Any

from django.core.validators import FileExtensionValidator
from rest_framework import serializers

from avatars import validators
from avatars.models import Statement
from core.web.api_fields import ChoiceField, StrictCharField, StrictSerializer


class StatementSerializer(serializers.ModelSerializer[Statement]):
    """A statement that a picture shows no real person, or that a voice is synthetic."""

    state = ChoiceField(Statement.State.choices, read_only=True, help_text="State as of now.")
    evidence_link = serializers.CharField(read_only=True, help_text="Link to the evidence; empty without one.")

    class Meta:
        model = Statement
        fields = (
            *("id", "digital_human", "voice", "state", "sha256", "looks_photographed", "reason"),
            *("confirmed_by", "confirmed_at", "confirmation", "evidence_link", "evidence_sha256"),
            *("recorded_by", "recorded_at", "withdrawn_at", "withdrawn_by"),
        )
        read_only_fields = fields
        extra_kwargs: dict[str, Any] = {
            "sha256": {"help_text": "SHA-256 of the picture's file; empty for a voice."},
            "looks_photographed": {"help_text": "The measurement of the picture; null until there is one."},
        }


EVIDENCE: list[Any] = [FileExtensionValidator(validators.EVIDENCE_KINDS), validators.check_evidence]


class ConfirmationSerializer(StrictSerializer):
    """A second person's reason for confirming that a picture is drawn, and the evidence: a file, or a link."""

    confirmation = StrictCharField(max_length=300, help_text="Who drew it, or with which program it was made.")
    evidence = serializers.FileField(
        required=False,
        validators=EVIDENCE,
        help_text="PDF, picture, MP3, M4A or MP4 up to 20 MB.",
    )
    evidence_link = serializers.URLField(required=False, default="", max_length=500)
