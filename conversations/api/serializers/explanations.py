"""Why a message was sent, in the API."""

from rest_framework import serializers

from conversations.delivery.causes import Cause
from conversations.explanations.values import Explanation, Line, Link
from core.web.api_fields import ChoiceField

CAUSES = [("", "Not recorded."), *((cause.value, cause.name) for cause in Cause)]


class LinkSerializer(serializers.Serializer[Link]):
    """A row that is named."""

    model = serializers.CharField(help_text="Such as `conversations.Answer`.")
    id = serializers.IntegerField(source="pk")


class ExplanationLineSerializer(serializers.Serializer[Line]):
    """One thing that was decisive."""

    topic = serializers.CharField(help_text="Such as `state`, `transition`, `slot`, `version`, `answer` or `score`.")
    label = serializers.CharField(help_text="The topic in words, in the language of the request.")  # type: ignore[assignment]
    words = serializers.CharField()
    link = LinkSerializer(allow_null=True)


class ExplanationSerializer(serializers.Serializer[Explanation]):
    """Why a message was sent."""

    by = ChoiceField(CAUSES, help_text="What decided; empty if that was not recorded.")
    summary = serializers.CharField()
    state = serializers.CharField(help_text="The key of the flow's step, if a flow decided.")
    version = serializers.IntegerField(
        source="version.pk", default=None, allow_null=True, help_text="The flow's version, if a flow decided."
    )
    lines = ExplanationLineSerializer(many=True)
