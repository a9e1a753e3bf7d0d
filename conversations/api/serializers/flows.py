"""Flows and sessions in the API, and the request that starts a session."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from conversations import services
from conversations.api.serializers.drafts import MOST_STEPS
from conversations.api.serializers.message_requests import RecipientSerializer
from conversations.models import Flow, Session, SessionCaller
from core.confidentiality.confidential_api import WordsSerializer
from core.web.api_fields import StrictCharField, StrictModelSerializer


class SlotSerializer(serializers.Serializer[Any]):
    """A slot that a flow fills; `data` of a session can fill it in advance."""

    name = serializers.CharField()
    type = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())


class FlowSerializer(serializers.ModelSerializer[Flow]):
    """A conversation with steps."""

    version = serializers.IntegerField(
        source="live.number", default=None, allow_null=True, read_only=True, help_text="Null: not published."
    )
    published_at = serializers.DateTimeField(source="live.published_at", default=None, allow_null=True, read_only=True)
    languages = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Languages that it speaks, its own first."
    )
    triggers = serializers.ListField(source="trigger_words", child=serializers.CharField(), read_only=True)
    patterns = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Messages that start it; * stands for any words."
    )
    slots = serializers.SerializerMethodField()
    graph_url = serializers.SerializerMethodField(help_text="URL of the graph as SVG; null until it is published.")

    class Meta:
        model = Flow
        fields = (
            *("id", "name", "description", "language", "languages", "enabled", "triggers", "patterns", "command"),
            *("event", "card_key", "version"),
            *("published_at", "slots", "graph_url", "created_at"),
        )
        read_only_fields = fields

    @extend_schema_field(SlotSerializer(many=True))
    def get_slots(self, flow: Flow) -> list[dict[str, Any]]:
        if flow.live is None:
            return []
        slots = {node.slot.name: node.slot for node in services.live_machine(flow.live).nodes if node.slot}
        return [
            {"name": name, "type": slot.type.value, "choices": [choice.value for choice in slot.choices]}
            for name, slot in slots.items()
        ]

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    def get_graph_url(self, flow: Flow) -> str | None:
        if flow.live is None:
            return None
        return str(reverse("flow-graph", args=[flow.pk], request=self.context["request"]))


class FlowRequestSerializer(StrictModelSerializer[Flow]):
    """A flow to create, or its fields to change."""

    triggers = serializers.ListField(
        child=StrictCharField(max_length=200),
        required=False,
        help_text="Messages that start it; * stands for any words.",
    )
    departments = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        help_text="Numbers of departments whose new members it greets.",
    )
    translations = serializers.DictField(
        child=serializers.DictField(child=StrictCharField()),
        required=False,
        help_text='Its name and its end text in its other language, like `{"en": {"name": "Leave"}}`.',
    )

    class Meta:
        model = Flow
        fields: tuple[str, ...] = (
            *("name", "description", "language", "also_in", "enabled", "triggers", "command", "menu_key", "event"),
            *("card_key", "departments", "expire_after", "expire_text", "translations"),
        )

    def entry(self) -> dict[str, Any]:
        """The fields as files have them."""
        values = dict(self.validated_data)
        return {**values, "triggers": "\n".join(values["triggers"])} if "triggers" in values else values


class NewFlowRequestSerializer(FlowRequestSerializer):
    """A flow to create, with the steps of its draft."""

    steps: Any = serializers.ListField(
        child=serializers.DictField(),
        max_length=MOST_STEPS,
        required=False,
        help_text="As a draft has them; they can also be added one by one.",
    )

    class Meta(FlowRequestSerializer.Meta):
        fields = (*FlowRequestSerializer.Meta.fields, "steps")


class CallerSerializer(WordsSerializer, serializers.ModelSerializer[SessionCaller]):
    """A flow that waits for the end of a sub-flow."""

    left_out: ClassVar = {"slots": {}}

    flow = serializers.IntegerField(source="version.flow_id", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    slots = serializers.DictField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = SessionCaller
        fields = ("flow", "version", "state", "slots")
        read_only_fields = fields
        extra_kwargs = {"state": {"help_text": "The key of the step that runs the sub-flow."}}


class SessionSerializer(WordsSerializer, serializers.ModelSerializer[Session]):
    """One member's run through a flow. In a sub-flow `flow`, `state` and `slots` are those of the sub-flow.

    Answers are empty without the scope `conversations:read`.
    """

    left_out: ClassVar = {"slots": {}, "labels": {}, "data": {}}

    flow = serializers.IntegerField(source="version.flow_id", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    user_id = serializers.CharField(source="conversation.member.user_id", read_only=True)
    application = serializers.IntegerField(source="conversation.application_id", read_only=True)
    status_words = serializers.CharField(source="get_status_display", read_only=True)
    slots = serializers.DictField(child=serializers.CharField(), read_only=True, help_text="Answers so far, by slot.")
    labels = serializers.DictField(
        child=serializers.CharField(), read_only=True, help_text="Names of the members and departments in `slots`."
    )
    data = serializers.DictField(  # type: ignore[assignment]  # REST framework takes fields off the class
        child=serializers.CharField(), read_only=True, help_text="Data it was started with."
    )
    language = serializers.SerializerMethodField(help_text="The language in which its flow speaks with the member now.")
    callers = CallerSerializer(many=True, read_only=True, help_text="The flows around it, the outermost first.")

    class Meta:
        model = Session
        fields = (
            *("id", "flow", "version", "user_id", "application", "status", "status_words", "state", "language"),
            *("slots", "labels", "data", "callers", "cid", "asked_at", "due_at", "started_at", "finished_at"),
        )
        read_only_fields = fields
        extra_kwargs = {
            "state": {"help_text": "The key of the step that waits."},
            "due_at": {"help_text": "When the member is reminded, or the session expires."},
        }

    def get_language(self, session: Session) -> str:
        return services.session_language(session)


class SessionRequestSerializer(RecipientSerializer):
    """A flow to start for a member."""

    flow = serializers.PrimaryKeyRelatedField(queryset=Flow.objects.select_related("live"))
    data = serializers.DictField(  # type: ignore[assignment]  # REST framework takes fields off the class
        child=StrictCharField(max_length=2000), required=False, help_text="Answers that are known already, by slot."
    )

    def start(self, cid: str) -> Session:
        """Start it; inside a transaction."""
        values = self.validated_data
        return services.start_flow(self.push(), values["flow"], data=values.get("data"), cid=cid)
