"""Engines as the API shows them."""

from typing import Any

from rest_framework import serializers

from avatars import services
from core.web.api_fields import ChoiceField

STATES = [state.value for state in services.EngineState]


class EngineFileSerializer(serializers.Serializer[Any]):
    """A file that an engine needs."""

    name = serializers.CharField()
    present = serializers.BooleanField()
    whole = serializers.BooleanField(help_text="Whether it has the right size.")
    size = serializers.IntegerField(help_text="Required size in bytes; 0 if any size is accepted.")
    sha256 = serializers.CharField(allow_blank=True)


class EngineSerializer(serializers.Serializer[Any]):
    """A configured engine and its state."""

    kind = ChoiceField(services.EngineKind.choices)
    name = serializers.CharField()
    available = serializers.BooleanField(source="availability.ok")
    state = ChoiceField(STATES, source="availability.state")
    about = serializers.CharField(
        source="availability.about", allow_blank=True, help_text="The package, file, setting or URL concerned."
    )
    reason = serializers.CharField(source="words", allow_blank=True, help_text="What is missing, in words.")
    remedy = serializers.CharField(allow_blank=True, help_text="How to fix it.")
    licence = serializers.CharField(source="availability.licence", allow_blank=True)
    device = serializers.CharField(source="availability.device")
    files = EngineFileSerializer(many=True, source="availability.files")
    stands_in = serializers.BooleanField(
        source="is_fallback", help_text="Whether it is the fallback for other engines of its kind."
    )
    uses = serializers.IntegerField(help_text="Number of digital humans or voices that use it.")
    rests_until = serializers.DateTimeField(
        allow_null=True, help_text="Not used until then, because it failed repeatedly."
    )
