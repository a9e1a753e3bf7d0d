"""Messages, flows and sessions as the API shows them."""

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from avatars import services as avatars
from conversations.flows import publication
from conversations.models import Flow, Message, Session
from wecom.models import Outbound, Recall


class Delivery(models.TextChoices):
    """What became of a message, in one word."""

    RECEIVED = "received", _("It came from the member.")
    WAITING = "waiting", _("Its video is being made.")
    SENDING = "sending", _("It is on its way.")
    SENT = "sent", _("WeChat Work has accepted it.")
    FAILED = "failed", _("It was not delivered.")
    UNKNOWN = "unknown", _("Nobody knows whether it arrived.")
    CANCELLED = "cancelled", _("It was cancelled.")
    RECALLED = "recalled", _("It was taken back.")
    INCOMPLETE = "incomplete", _("Only parts of it were delivered.")


SETTLED = {
    Outbound.Status.DONE: Delivery.SENT,
    Outbound.Status.FAILED: Delivery.FAILED,
    Outbound.Status.CANCELLED: Delivery.CANCELLED,
}

TAKEN_BACK = models.Q(outbound__recall__status=Recall.Status.DONE)
# Of a long text or recording another part was not delivered; the outbound is that of the last.
PARTS = models.Q(pk=models.OuterRef("outbound__first_part")) | models.Q(
    first_part=models.OuterRef("outbound__first_part")
)
LACKING = models.Exists(Outbound.objects.filter(PARTS, status__in=(Outbound.Status.FAILED, Outbound.Status.CANCELLED)))
HANDED, LOST = models.Q(state=Message.State.SENDING), models.Q(outbound__reason=Outbound.Reason.UNKNOWN)
# The same as `delivery_of`, asked of the database.
OF_DELIVERY = {
    Delivery.RECEIVED: models.Q(state=Message.State.RECEIVED),
    Delivery.WAITING: models.Q(state=Message.State.WAITING),
    Delivery.SENDING: HANDED & models.Q(outbound__status__in=Outbound.UNFINISHED),
    Delivery.SENT: HANDED & models.Q(outbound__status=Outbound.Status.DONE) & ~TAKEN_BACK & ~LACKING,
    Delivery.INCOMPLETE: HANDED & models.Q(outbound__status=Outbound.Status.DONE) & ~TAKEN_BACK & LACKING,
    Delivery.FAILED: HANDED & models.Q(outbound__status=Outbound.Status.FAILED) & ~LOST,
    Delivery.UNKNOWN: HANDED & (models.Q(outbound=None) | models.Q(outbound__status=Outbound.Status.FAILED) & LOST),
    Delivery.CANCELLED: models.Q(state=Message.State.CANCELLED)
    | HANDED & models.Q(outbound__status=Outbound.Status.CANCELLED) & ~TAKEN_BACK,
    Delivery.RECALLED: HANDED & TAKEN_BACK,
}


def delivery_of(message: Message) -> Delivery:
    """What became of a message. Asks for its outbound."""
    by_state = {
        Message.State.RECEIVED: Delivery.RECEIVED,
        Message.State.WAITING: Delivery.WAITING,
        Message.State.CANCELLED: Delivery.CANCELLED,
    }
    if message.state in by_state:
        return by_state[Message.State(message.state)]
    outbound = message.outbound
    if outbound is None:
        return Delivery.UNKNOWN
    if getattr(outbound, "recall", None) is not None and outbound.recall.status == Recall.Status.DONE:
        return Delivery.RECALLED
    if outbound.status == Outbound.Status.FAILED and outbound.reason == Outbound.Reason.UNKNOWN:
        return Delivery.UNKNOWN
    if outbound.status == Outbound.Status.DONE and outbound.first_part_id is not None and _lacks_a_part(message):
        return Delivery.INCOMPLETE
    return SETTLED.get(Outbound.Status(outbound.status), Delivery.SENDING)


def _lacks_a_part(message: Message) -> bool:
    """Known beforehand to lists, which would else ask once for each long text."""
    known: bool | None = getattr(message, "lacks_a_part", None)
    return Message.objects.filter(LACKING, pk=message.pk).exists() if known is None else known


class OutcomeSerializer(serializers.Serializer[Message]):
    """What became of a message, and why."""

    status = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField(help_text="A code that says why it is so; often empty.")
    words = serializers.SerializerMethodField(help_text="The same for a person, in their language.")
    errcode = serializers.IntegerField(
        source="outbound.errcode", default=None, allow_null=True, read_only=True, help_text="What WeChat Work answered."
    )
    attempts = serializers.IntegerField(source="outbound.attempts", default=0, read_only=True)
    finished_at = serializers.DateTimeField(
        source="outbound.finished_at", default=None, allow_null=True, read_only=True
    )

    @extend_schema_field({"type": "string", "enum": Delivery.values})
    def get_status(self, message: Message) -> str:
        return delivery_of(message).value

    def get_reason(self, message: Message) -> str:
        return message.outbound.reason if message.outbound else ""

    def get_words(self, message: Message) -> str:
        reason = self.get_reason(message)
        known = reason in Outbound.Reason.values
        return str(Outbound.Reason(reason).label if known else delivery_of(message).label)


class MessageSerializer(serializers.ModelSerializer[Message]):
    """One thing said by or to a member."""

    user_id = serializers.CharField(source="member.user_id", read_only=True)
    kind = serializers.CharField(source="content.kind", read_only=True)
    text = serializers.CharField(source="content.text", read_only=True)
    outcome = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields: tuple[str, ...] = (
            *("id", "direction", "kind", "text", "user_id", "member", "application", "outcome"),
            *("degraded", "reason", "why", "deadline_at", "render", "outbound", "cid", "created_at"),
        )
        read_only_fields: tuple[str, ...] = fields

    @extend_schema_field(OutcomeSerializer)
    def get_outcome(self, message: Message) -> Any:
        return OutcomeSerializer(message).data


class MessageProgressSerializer(MessageSerializer):
    """One message, with an estimate of when its video is ready."""

    eta_seconds = serializers.SerializerMethodField(help_text="Seconds until its video is ready; 0 for all others.")

    class Meta(MessageSerializer.Meta):
        fields = (*MessageSerializer.Meta.fields, "eta_seconds")
        read_only_fields = fields

    def get_eta_seconds(self, message: Message) -> float:
        waits = message.state == Message.State.WAITING and message.render is not None
        return round(avatars.seconds_left(message.render), 1) if waits and message.render else 0.0


class SlotSerializer(serializers.Serializer[Any]):
    """What a flow asks for; `data` of a session may bring it along."""

    name = serializers.CharField()
    type = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())


class FlowSerializer(serializers.ModelSerializer[Flow]):
    """A conversation with steps."""

    version = serializers.IntegerField(
        source="live.number", default=None, allow_null=True, read_only=True, help_text="Null: not published."
    )
    published_at = serializers.DateTimeField(source="live.published_at", default=None, allow_null=True, read_only=True)
    triggers = serializers.ListField(source="trigger_words", child=serializers.CharField(), read_only=True)
    slots = serializers.SerializerMethodField()
    graph_url = serializers.SerializerMethodField(help_text="Its picture as SVG; null until it is published.")

    class Meta:
        model = Flow
        fields = (
            *("id", "name", "description", "language", "enabled", "triggers", "command", "version"),
            *("published_at", "slots", "graph_url", "created_at"),
        )
        read_only_fields = fields

    @extend_schema_field(SlotSerializer(many=True))
    def get_slots(self, flow: Flow) -> list[dict[str, Any]]:
        if flow.live is None:
            return []
        slots = {node.slot.name: node.slot for node in publication.live_machine(flow.live).nodes if node.slot}
        return [
            {"name": name, "type": slot.type.value, "choices": [choice.value for choice in slot.choices]}
            for name, slot in slots.items()
        ]

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    def get_graph_url(self, flow: Flow) -> str | None:
        return address(self.context["request"], "flow-graph", flow.pk) if flow.live else None


class SessionSerializer(serializers.ModelSerializer[Session]):
    """One member's run through a flow."""

    flow = serializers.IntegerField(source="version.flow_id", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    user_id = serializers.CharField(source="conversation.member.user_id", read_only=True)
    application = serializers.IntegerField(source="conversation.application_id", read_only=True)
    status_words = serializers.CharField(source="get_status_display", read_only=True)
    slots = serializers.DictField(child=serializers.CharField(), read_only=True, help_text="What was answered so far.")
    data = serializers.DictField(  # type: ignore[assignment]  # REST framework takes fields off the class
        child=serializers.CharField(), read_only=True, help_text="What it began with."
    )

    class Meta:
        model = Session
        fields = (
            *("id", "flow", "version", "user_id", "application", "status", "status_words", "state", "slots", "data"),
            *("cid", "asked_at", "due_at", "started_at", "finished_at"),
        )
        read_only_fields = fields
        extra_kwargs = {
            "state": {"help_text": "The key of the step that waits."},
            "due_at": {"help_text": "When the member is reminded, or the session expires."},
        }


def address(request: Any, name: str, pk: int) -> str:
    """Where a row of the API is."""
    return str(request.build_absolute_uri(reverse(name, args=[pk])))
