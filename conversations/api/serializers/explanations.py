"""Why a message was sent, in the API."""

from rest_framework import serializers

from conversations.delivery.causes import Cause
from conversations.explanations.explanation_values import Explanation
from core.web.api_explanations import ExplanationLineSerializer
from core.web.api_fields import ChoiceField

CAUSES = [("", "Not recorded."), *((cause.value, cause.name) for cause in Cause)]


class ExplanationSerializer(serializers.Serializer[Explanation]):
    """Why a message was sent."""

    by = ChoiceField(CAUSES, help_text="What decided; empty if that was not recorded.")
    summary = serializers.CharField()
    state = serializers.CharField(help_text="The key of the flow's step, if a flow decided.")
    version = serializers.IntegerField(
        source="version.pk", default=None, allow_null=True, help_text="The flow's version, if a flow decided."
    )
    lines = ExplanationLineSerializer(many=True)
