"""Messages and their delivery status in the API."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from avatars import services as avatars
from conversations.delivery.causes import Cause
from conversations.models import Message
from core.confidentiality.confidential_api import WordsSerializer
from core.web.api_fields import ChoiceField
from wecom.models import Outbound, Recall


class DeliveryStatus(models.TextChoices):
    """The delivery status of a message."""

    RECEIVED = "received", _("It came from the member.")
    WAITING = "waiting", _("Its video is being made.")
    SENDING = "sending", _("It is on its way.")
    SENT = "sent", _("WeChat Work has accepted it.")
    FAILED = "failed", _("It was not delivered.")
    UNKNOWN = "unknown", _("It is unknown whether it arrived.")
    CANCELLED = "cancelled", _("It was cancelled.")
    RECALLED = "recalled", _("It was taken back.")
    INCOMPLETE = "incomplete", _("Only parts of it were delivered.")


SETTLED = {
    Outbound.Status.DONE: DeliveryStatus.SENT,
    Outbound.Status.FAILED: DeliveryStatus.FAILED,
    Outbound.Status.CANCELLED: DeliveryStatus.CANCELLED,
}

IS_RECALLED = models.Q(outbound__recall__status=Recall.Status.DONE)
# A long text or recording has several parts; `outbound` is the last one, and another one may have failed.
PARTS = models.Q(pk=models.OuterRef("outbound__first_part")) | models.Q(
    first_part=models.OuterRef("outbound__first_part")
)
HAS_LOST_PART = models.Exists(
    Outbound.objects.filter(PARTS, status__in=(Outbound.Status.FAILED, Outbound.Status.CANCELLED))
)
HANDED, LOST = models.Q(state=Message.State.SENDING), models.Q(outbound__reason=Outbound.Reason.UNKNOWN)
# `delivery_status` as database filters.
STATUS_FILTERS = {
    DeliveryStatus.RECEIVED: models.Q(state=Message.State.RECEIVED),
    DeliveryStatus.WAITING: models.Q(state=Message.State.WAITING),
    DeliveryStatus.SENDING: HANDED & models.Q(outbound__status__in=Outbound.UNFINISHED),
    DeliveryStatus.SENT: HANDED & models.Q(outbound__status=Outbound.Status.DONE) & ~IS_RECALLED & ~HAS_LOST_PART,
    DeliveryStatus.INCOMPLETE: HANDED & models.Q(outbound__status=Outbound.Status.DONE) & ~IS_RECALLED & HAS_LOST_PART,
    DeliveryStatus.FAILED: HANDED & models.Q(outbound__status=Outbound.Status.FAILED) & ~LOST,
    DeliveryStatus.UNKNOWN: HANDED
    & (models.Q(outbound=None) | models.Q(outbound__status=Outbound.Status.FAILED) & LOST),
    DeliveryStatus.CANCELLED: models.Q(state=Message.State.CANCELLED)
    | HANDED & models.Q(outbound__status=Outbound.Status.CANCELLED) & ~IS_RECALLED,
    DeliveryStatus.RECALLED: HANDED & IS_RECALLED,
}


def delivery_status(message: Message) -> DeliveryStatus:
    """The delivery status of a message. Loads its outbound."""
    by_state = {
        Message.State.RECEIVED: DeliveryStatus.RECEIVED,
        Message.State.WAITING: DeliveryStatus.WAITING,
        Message.State.CANCELLED: DeliveryStatus.CANCELLED,
    }
    if message.state in by_state:
        return by_state[Message.State(message.state)]
    outbound = message.outbound
    if outbound is None:
        return DeliveryStatus.UNKNOWN
    if getattr(outbound, "recall", None) is not None and outbound.recall.status == Recall.Status.DONE:
        return DeliveryStatus.RECALLED
    if outbound.status == Outbound.Status.FAILED and outbound.reason == Outbound.Reason.UNKNOWN:
        return DeliveryStatus.UNKNOWN
    if outbound.status == Outbound.Status.DONE and outbound.first_part_id is not None and _has_lost_part(message):
        return DeliveryStatus.INCOMPLETE
    return SETTLED.get(Outbound.Status(outbound.status), DeliveryStatus.SENDING)


def _has_lost_part(message: Message) -> bool:
    """Lists annotate it, which saves a query for each long text."""
    known: bool | None = getattr(message, "has_lost_part", None)
    return Message.objects.filter(HAS_LOST_PART, pk=message.pk).exists() if known is None else known


class OutcomeSerializer(serializers.Serializer[Message]):
    """The delivery status of a message, and the reason for it."""

    status = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField(help_text="The code of the reason; often empty.")
    words = serializers.SerializerMethodField(help_text="The same in words, in the language of the request.")
    errcode = serializers.IntegerField(
        source="outbound.errcode",
        default=None,
        allow_null=True,
        read_only=True,
        help_text="The error code of WeChat Work.",
    )
    attempts = serializers.IntegerField(source="outbound.attempts", default=0, read_only=True)
    finished_at = serializers.DateTimeField(
        source="outbound.finished_at", default=None, allow_null=True, read_only=True
    )

    @extend_schema_field(ChoiceField(DeliveryStatus.choices))
    def get_status(self, message: Message) -> str:
        return delivery_status(message).value

    def get_reason(self, message: Message) -> str:
        return message.outbound.reason if message.outbound else ""

    def get_words(self, message: Message) -> str:
        reason = self.get_reason(message)
        known = reason in Outbound.Reason.values
        return str(Outbound.Reason(reason).label if known else delivery_status(message).label)


class MessageSerializer(WordsSerializer, serializers.ModelSerializer[Message]):
    """A message from or to a member."""

    left_out: ClassVar = {"text": ""}

    user_id = serializers.CharField(source="member.user_id", read_only=True)
    kind = serializers.CharField(source="content.kind", read_only=True)
    text = serializers.CharField(
        source="content.text",
        read_only=True,
        help_text="Empty without the scope `conversations:read`, unless a program sent it over REST.",
    )
    outcome = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields: tuple[str, ...] = (
            *("id", "direction", "kind", "text", "user_id", "member", "application", "outcome"),
            *("degraded", "reason", "why", "deadline_at", "render", "outbound", "cid", "created_at"),
        )
        read_only_fields: tuple[str, ...] = fields

    def has_words(self, row: Message) -> bool:
        return (row.cause.get("by"), row.cause.get("program")) != (Cause.PROGRAM, "rest")

    @extend_schema_field(OutcomeSerializer)
    def get_outcome(self, message: Message) -> Any:
        return OutcomeSerializer(message).data


class MessageProgressSerializer(MessageSerializer):
    """A message with an estimate of when its video is ready."""

    eta_seconds = serializers.SerializerMethodField(help_text="Seconds until its video is ready; 0 for all others.")

    class Meta(MessageSerializer.Meta):
        fields = (*MessageSerializer.Meta.fields, "eta_seconds")
        read_only_fields = fields

    def get_eta_seconds(self, message: Message) -> float:
        waits = message.state == Message.State.WAITING and message.render is not None
        return round(avatars.seconds_left(message.render), 1) if waits and message.render else 0.0
