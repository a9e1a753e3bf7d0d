"""Statements as the API shows them: that a picture is drawn, or a voice synthetic."""

from typing import Any

from rest_framework import serializers

from avatars.models import Statement
from core.web.api_fields import ChoiceField


class StatementSerializer(serializers.ModelSerializer[Statement]):
    """A statement that a picture shows no real person, or that a voice is synthetic."""

    state = ChoiceField(Statement.State.choices, read_only=True, help_text="State as of now.")

    class Meta:
        model = Statement
        fields = (
            *("id", "digital_human", "voice", "state", "sha256", "looks_photographed", "reason"),
            *("recorded_by", "recorded_at", "withdrawn_at", "withdrawn_by"),
        )
        read_only_fields = fields
        extra_kwargs: dict[str, Any] = {
            "sha256": {"help_text": "SHA-256 of the picture's file; empty for a voice."},
            "looks_photographed": {"help_text": "The measurement of the picture; null if there was none."},
        }
