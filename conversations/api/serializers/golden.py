"""Golden conversations in the API, and their coverage of a flow."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from conversations import services
from conversations.machine.places import Act
from conversations.models import Desk, Flow, GoldenConversation
from core.web.api_fields import ChoiceField, StrictCharField
from wecom.models import Member

ACTS = [(act.value, act.value) for act in Act]
LINES = [("same", "Said as before."), ("gone", "Was said."), ("new", "Is said now.")]


class SaidSerializer(serializers.Serializer[services.GoldenSaid]):
    """One thing that a flow says."""

    sort = serializers.CharField(help_text="`text`, `video`, `person` or `wait`.")
    text = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())


class TurnSerializer(serializers.Serializer[Any]):
    """An input of the member, and the replies of the flow."""

    act = ChoiceField(ACTS)
    text = serializers.CharField(help_text="What they wrote, or the value of the button.")
    shown = serializers.CharField(help_text="The same as they saw it: of a button its label.")
    said = SaidSerializer(many=True)


class GoldenConversationSerializer(serializers.ModelSerializer[GoldenConversation]):
    """A conversation that a flow has to hold as it is."""

    turns = TurnSerializer(many=True, read_only=True)
    name = StrictCharField(max_length=100)
    user_id = serializers.SerializerMethodField(help_text="The member that it plays; empty: nobody.")
    language = serializers.SerializerMethodField(
        help_text="The language that the flow speaks in it; empty: its only one."
    )

    class Meta:
        model = GoldenConversation
        fields = (
            *("id", "flow", "name", "happens_at", "user_id", "language", "turns", "outcome"),
            *("created_at", "accepted_at"),
        )
        read_only_fields = ("id", "flow", "happens_at", "turns", "outcome", "created_at", "accepted_at")

    def get_user_id(self, golden: GoldenConversation) -> str:
        return golden.member.user_id if golden.member else ""

    def get_language(self, golden: GoldenConversation) -> str:
        return str(golden.circumstances.get("language", ""))

    def update(self, instance: GoldenConversation, validated_data: dict[str, Any]) -> GoldenConversation:
        services.rename_golden(instance, validated_data.get("name", instance.name))
        return instance


class InputSerializer(serializers.Serializer[Any]):
    """An input of the member in one turn."""

    act = ChoiceField(ACTS)
    text = StrictCharField(max_length=2000, allow_blank=True, default="")


class GoldenConversationRequestSerializer(serializers.Serializer[Any]):
    """A conversation to keep, as the draft holds it now."""

    flow = serializers.PrimaryKeyRelatedField(queryset=Flow.objects.all())
    name = StrictCharField(max_length=100)
    inputs = InputSerializer(many=True, help_text=f"1 to {services.LONGEST_GOLDEN}; the first one is `start`.")
    happens_at = serializers.DateTimeField(required=False, help_text="What counts as now; by default the real now.")
    user_id = StrictCharField(
        max_length=64,
        required=False,
        default="",
        allow_blank=True,
        help_text="The member to play, with their facts as they are now; needs `members:read`. Empty: nobody.",
    )

    language = ChoiceField(
        Desk.Language.choices,
        required=False,
        default="",
        allow_blank=True,
        help_text="The language of the member, for a flow in several. Empty: that of the played member, else its own.",
    )

    def validate_user_id(self, written: str) -> Member | None:
        if not written:
            return None
        member = Member.objects.filter(user_id=written.lower()).first()
        if member is None:
            raise serializers.ValidationError(_("There is no such member."), code="does_not_exist")
        return member

    def keep(self, by: Any) -> GoldenConversation:
        """Record it."""
        values = self.validated_data
        inputs = [(entry["act"], entry["text"]) for entry in values["inputs"]]
        played = {"member": values["user_id"] or None, "now": values.get("happens_at"), "language": values["language"]}
        return services.record_golden(values["flow"], values["name"], inputs, **played, by=by)


class LineOfTurnSerializer(serializers.Serializer[services.GoldenLine]):
    """One line, as it was and as it is."""

    sort = ChoiceField(LINES)
    said = SaidSerializer()


class ComparedTurnSerializer(serializers.Serializer[services.ComparedTurn]):
    """A turn beside the draft's replies now."""

    act = ChoiceField(ACTS, source="turn.act")
    shown = serializers.CharField(source="turn.shown")
    differs = serializers.BooleanField()
    lines = LineOfTurnSerializer(many=True)


class ComparisonSerializer(serializers.Serializer[services.GoldenComparison]):
    """A golden conversation beside the draft's replies now."""

    golden = serializers.IntegerField(source="golden.pk")
    name = serializers.CharField(source="golden.name")
    differs = serializers.BooleanField()
    outcome = serializers.CharField(help_text="How it ends now; empty if it does not.")
    turns = ComparedTurnSerializer(many=True)


class CallerComparisonSerializer(ComparisonSerializer):
    """A golden conversation of a flow that runs this one."""

    flow = serializers.IntegerField(source="golden.flow_id")
    flow_name = serializers.CharField(source="golden.flow.name")


class GoldenReportSerializer(serializers.Serializer[Any]):
    """All golden conversations of a flow, compared with its draft, and their coverage."""

    comparisons = ComparisonSerializer(many=True)
    callers = CallerComparisonSerializer(many=True, help_text="Those of flows that run this one.")
    states_covered = serializers.ListField(child=serializers.CharField(), help_text="Keys of steps.")
    state_count = serializers.IntegerField()
    ways_covered = serializers.IntegerField(help_text="Transitions that were taken.")
    way_count = serializers.IntegerField()
