"""Questions without an answer in the API."""

from typing import Any

from rest_framework import serializers

from conversations.models import Answer, QuestionOccurrence, UnansweredQuestion
from core.web.api_fields import StrictModelSerializer, StrictSerializer


class OccurrenceSerializer(serializers.ModelSerializer[QuestionOccurrence]):
    """One time that it was asked."""

    user_id = serializers.CharField(source="conversation.member.user_id", help_text="Who asked.")

    class Meta:
        model = QuestionOccurrence
        fields = ("user_id", "words", "asked_at", "wants_answer", "told_at")
        read_only_fields = fields


class UnansweredQuestionSerializer(StrictModelSerializer[UnansweredQuestion]):
    """A question of members without an answer in the table. Alike questions are one."""

    waiting = serializers.IntegerField(read_only=True, help_text="Members who want to be told and were not.")

    class Meta:
        model = UnansweredQuestion
        fields: tuple[str, ...] = (
            *("id", "question", "language", "status", "times", "waiting", "answer", "first_asked_at"),
            *("last_asked_at", "settled_at"),
        )
        read_only_fields = fields


class UnansweredQuestionDetailSerializer(UnansweredQuestionSerializer):
    """A question with the last 50 times that it was asked."""

    occurrences = serializers.SerializerMethodField(help_text="The last 50 times, newest first.")

    class Meta(UnansweredQuestionSerializer.Meta):
        fields = (*UnansweredQuestionSerializer.Meta.fields, "occurrences")
        read_only_fields = fields

    def get_occurrences(self, question: UnansweredQuestion) -> list[dict[str, Any]]:
        rows = question.occurrences.select_related("conversation__member").order_by("-asked_at")[:50]
        return list(OccurrenceSerializer(rows, many=True).data)


class QuestionAnswerSerializer(StrictSerializer):
    """The answer that a question gets."""

    answer = serializers.PrimaryKeyRelatedField(queryset=Answer.objects.all(), help_text="ID of an answer.")
