"""Engines as the API shows them."""

from typing import Any

from rest_framework import serializers

from avatars import services
from avatars.adapters.availability import State


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
