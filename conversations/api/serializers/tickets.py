"""Tickets in the API."""

from typing import ClassVar

from rest_framework import serializers

from conversations import services
from conversations.api.serializers.message_requests import RecipientSerializer
from conversations.models import Operator, OperatorGroup, Ticket, TicketChange, Topic
from core.confidentiality.confidential_api import WordsSerializer
from core.web.api_fields import StrictCharField, StrictSerializer


class TicketSerializer(WordsSerializer, serializers.ModelSerializer[Ticket]):
    """A member who is passed on to people."""

    left_out: ClassVar = {"summary": ""}

    user_id = serializers.CharField(source="conversation.member.user_id", read_only=True)
    application = serializers.IntegerField(source="conversation.application_id", read_only=True)
    operator_name = serializers.CharField(source="operator.name", read_only=True, default=None)
    group_name = serializers.CharField(source="group.name", read_only=True, default=None)
    status_words = serializers.CharField(source="get_status_display", read_only=True)
    due_days_unknown = serializers.SerializerMethodField(
        help_text="That `due_at` rests on days that nobody knows, and what to do; empty if it does not."
    )

    class Meta:
        model = Ticket
        fields = (
            *("id", "user_id", "application", "session", "group", "group_name", "topic", "operator", "operator_name"),
            *("status", "status_words", "wait", "reason", "outcome", "on_phone", "summary", "rating", "cid"),
            *(
                "opened_at",
                "due_at",
                "due_days_unknown",
                "late_at",
                "taken_at",
                "answered_at",
                "last_line_at",
                "closed_at",
            ),
        )
        read_only_fields = fields
        extra_kwargs = {
            "summary": {"help_text": "The last messages before it; empty without the scope `conversations:read`."},
            "wait": {"help_text": "What an open ticket waits for. With `later` the digital human goes on meanwhile."},
            "on_phone": {"help_text": "Whether the operator answers on the phone."},
            "rating": {"help_text": "The member's satisfaction, 1 to 5."},
            "due_at": {"help_text": "When an answer is due."},
            "late_at": {"help_text": "When the member was told that it takes longer."},
        }

    def get_due_days_unknown(self, ticket: Ticket) -> str:
        return services.ticket_due_days_unknown(ticket)


class TicketChangeSerializer(WordsSerializer, serializers.ModelSerializer[TicketChange]):
    """Something that happened to a ticket, or a note."""

    left_out: ClassVar = {"text": ""}

    by_name = serializers.CharField(source="by.name", read_only=True, default=None)
    to_name = serializers.CharField(source="to.name", read_only=True, default=None)

    class Meta:
        model = TicketChange
        fields = ("id", "ticket", "kind", "by", "by_name", "client", "to", "to_name", "group", "text", "at")
        read_only_fields = fields
        extra_kwargs = {"text": {"help_text": "Of a note; empty without the scope `conversations:read`."}}


class OperatorSerializer(serializers.ModelSerializer[Operator]):
    """A person who answers members."""

    user_id = serializers.CharField(source="member.user_id", read_only=True, default=None)

    class Meta:
        model = Operator
        fields = ("id", "name", "user_id", "enabled")
        read_only_fields = fields


class TicketRequestSerializer(RecipientSerializer):
    """A member to pass on to people."""

    topic = serializers.PrimaryKeyRelatedField(
        queryset=Topic.objects.all(), required=False, allow_null=True, help_text="Decides which group answers."
    )

    def open(self, cid: str) -> Ticket:
        """Open it, or find the one there is; inside a transaction."""
        return services.hand_off(self.conversation(), topic=self.validated_data.get("topic"), cid=cid)


class TicketAnswerSerializer(StrictSerializer):
    """An answer of an operator."""

    operator = serializers.PrimaryKeyRelatedField(queryset=Operator.objects.filter(enabled=True))
    text = StrictCharField(max_length=4000)


class TicketNoteSerializer(StrictSerializer):
    """A note that only operators read."""

    text = StrictCharField(max_length=4000)


class TicketAssignmentSerializer(StrictSerializer):
    """The operator who answers from now on."""

    operator = serializers.PrimaryKeyRelatedField(queryset=Operator.objects.filter(enabled=True))


class TicketTransferSerializer(StrictSerializer):
    """The group that answers from now on."""

    group = serializers.PrimaryKeyRelatedField(queryset=OperatorGroup.objects.filter(enabled=True))
