"""Publications of flows in the API: the plan for the members in it, and the result of a publication."""

from typing import Any

from rest_framework import serializers

from conversations import services
from conversations.models import GoldenConversation, SessionMove, SessionPlan
from conversations.services import StateChoice
from core.web.api_fields import ChoiceField, StrictBooleanField, StrictCharField


class StateChoiceSerializer(serializers.Serializer[Any]):
    """A choice for the members who wait at a step."""

    state = StrictCharField(max_length=40, help_text="The key of the step.")
    choice = ChoiceField(SessionPlan.Choice.choices)
    target = StrictCharField(
        max_length=40, required=False, default="", allow_blank=True, help_text="With `move`: where they go on."
    )
    finish_by = serializers.DateTimeField(required=False, default=None, allow_null=True, help_text="With `finish`.")
    text = StrictCharField(
        max_length=500, required=False, default="", allow_blank=True, help_text="With `finish`: sent at that moment."
    )
    tell_hours = serializers.IntegerField(
        required=False,
        default=0,
        min_value=0,
        max_value=services.MOST_TELL_HOURS,
        help_text="With `finish`: members are told so many hours before; 0: not.",
    )


class PublicationRequestSerializer(serializers.Serializer[Any]):
    """How to publish a draft."""

    note = StrictCharField(max_length=200, required=False, default="", allow_blank=True)
    despite = StrictCharField(
        max_length=200,
        required=False,
        default="",
        allow_blank=True,
        help_text="Why, although golden conversations differ. The version keeps it.",
    )
    plan = StateChoiceSerializer(many=True, required=False, default=list)
    dry_run = StrictBooleanField(required=False, default=False, help_text="Say what it would do, and do nothing.")

    def options(self) -> dict[str, Any]:
        """The arguments of the service."""
        values = dict(self.validated_data)
        plan = [
            StateChoice(**{**choice, "choice": SessionPlan.Choice(choice["choice"])}) for choice in values.pop("plan")
        ]
        return {**values, "plan": plan}


class StateChangeSerializer(serializers.Serializer[Any]):
    """A step that was added, removed or changed; or “The flow itself”, which is changed."""

    sort = serializers.CharField(help_text="`added`, `removed` or `changed`.")
    name = serializers.CharField()
    parts = serializers.ListField(child=serializers.CharField(), help_text="What differs.")


class SessionPlanSerializer(serializers.Serializer[Any]):
    """The plan for the members who wait at a step, with their number."""

    state = serializers.CharField()
    name = serializers.CharField(source="state_name")
    count = serializers.IntegerField(source="session_count")
    choice = ChoiceField(SessionPlan.Choice.choices)
    target = serializers.CharField()
    finish_by = serializers.DateTimeField(allow_null=True)
    tell_hours = serializers.IntegerField()
    lost = serializers.ListField(child=serializers.CharField(), help_text="Answers that a move has no place for.")


class CallersGoldenSerializer(serializers.Serializer[GoldenConversation]):
    """A golden conversation of a flow that runs the published one."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    flow = serializers.IntegerField(source="flow_id")
    flow_name = serializers.CharField(source="flow.name")


class PublicationSerializer(serializers.Serializer[Any]):
    """The result of a publication, or of its dry run."""

    dry_run = serializers.BooleanField()
    flow = serializers.IntegerField(source="version.flow_id")
    number = serializers.IntegerField(source="version.number")
    note = serializers.CharField(source="version.note")
    despite = serializers.CharField(source="version.despite")
    changes = StateChangeSerializer(many=True)
    differing = serializers.ListField(child=serializers.CharField(), help_text="Names of golden conversations.")
    differing_callers = CallersGoldenSerializer(
        many=True, help_text="Golden conversations of flows that run this one, directly or through others."
    )
    sessions = SessionPlanSerializer(many=True, source="planned")


class SessionMoveSerializer(serializers.ModelSerializer[SessionMove]):
    """The outcome of one session in a publication."""

    version = serializers.IntegerField(source="batch.plan.version.number", read_only=True)
    flow = serializers.IntegerField(source="version.flow_id", read_only=True)
    lost = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = SessionMove
        fields = ("id", "flow", "version", "session", "outcome", "lost", "told_at", "settled_at")
        read_only_fields = fields
