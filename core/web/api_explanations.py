"""Lines of an explanation in the API: the decisive fact, in words, and the row that it is about."""

from typing import Any

from rest_framework import serializers


class LinkSerializer(serializers.Serializer[Any]):
    """A row that is named."""

    model = serializers.CharField(help_text="Such as `conversations.Answer`.")
    id = serializers.IntegerField(source="pk")


class ExplanationLineSerializer(serializers.Serializer[Any]):
    """One thing that was decisive."""

    topic = serializers.CharField(help_text="Such as `state`, `transition`, `slot`, `version`, `answer` or `approved`.")
    label = serializers.CharField(help_text="The topic in words, in the language of the request.")  # type: ignore[assignment]
    words = serializers.CharField()
    link = LinkSerializer(allow_null=True)
