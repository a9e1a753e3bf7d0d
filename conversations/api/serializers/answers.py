"""Questions and answers in the API."""

from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

from conversations import services
from conversations.api.serializers.topic_names import TopicNameField
from conversations.models import Answer, Desk
from core.web.api_fields import ChoiceField, ClearableFilesSerializer, StrictBooleanField, StrictSerializer
from wecom.models import Department, Tag

MOST_LISTED = 200
LISTS = ("departments", "tags")
WHOLE = "__all__"  # what Django calls flaws that no single field has


class AnswerSerializer(ClearableFilesSerializer[Answer]):
    """A question with its answer. Send a file as `multipart/form-data`; null removes it."""

    kind = ChoiceField(Answer.Kind.choices, default=Answer.Kind.TEXT)
    language = ChoiceField(
        Desk.Language.choices, allow_blank=True, required=False, help_text="Empty: the one it is written in."
    )
    departments = serializers.PrimaryKeyRelatedField(
        many=True, required=False, queryset=Department.objects.all(), help_text="Only for these and those below them."
    )
    topic = TopicNameField()
    tags = serializers.PrimaryKeyRelatedField(
        many=True, required=False, queryset=Tag.objects.all(), help_text="For members with one of these tags, too."
    )
    enabled = StrictBooleanField(default=True, help_text="Whether it is given.")
    file_name = serializers.SerializerMethodField(help_text="The name of its file; empty without one.")

    class Meta:
        model = Answer
        fields = (
            *("id", "question", "other_wordings", "kind", "answer", "title", "url", "file", "file_name", "topic"),
            *("language", "valid_from", "valid_until", "departments", "tags", "enabled"),
        )
        clearable = ("file",)

    def get_file_name(self, answer: Answer) -> str:
        return PurePosixPath(answer.file.name or "").name

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse the values that the form in the admin refuses, with the same words."""
        attrs = super().validate(attrs)
        before: dict[str, Any] = {}
        if self.instance is not None:
            before = {field.attname: getattr(self.instance, field.attname) for field in Answer._meta.concrete_fields}
        values = {name: value for name, value in attrs.items() if name not in LISTS and name != "topic"}
        answer = Answer(**{**before, **values})
        try:
            answer.full_clean(validate_unique=False)
        except ValidationError as error:
            flaws = error.message_dict
            raise serializers.ValidationError(
                {"valid_until" if name == WHOLE else name: faults for name, faults in flaws.items()}
            ) from error
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Answer:
        lists = {name: validated_data.pop(name) for name in LISTS if name in validated_data}
        return services.save_answer(Answer(**validated_data), **lists)

    def update(self, instance: Answer, validated_data: dict[str, Any]) -> Answer:
        lists = {name: validated_data.pop(name) for name in LISTS if name in validated_data}
        for name, value in validated_data.items():
            setattr(instance, name, value)
        services.save_answer(instance, **lists)
        return Answer.objects.select_related("topic").prefetch_related(*LISTS).get(pk=instance.pk)


class AnswerFormSerializer(AnswerSerializer):
    """A question with its answer as `multipart/form-data`, with its file; an empty field removes the file."""

    enabled = serializers.BooleanField(default=True, help_text="Whether it is given.")  # type: ignore[assignment]


class AnswerImportRequestSerializer(StrictSerializer):
    """A table of answers."""

    file = serializers.FileField(
        help_text="CSV or XLSX with a column `question` and any other that an export has; at most 20 MB."
    )
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Stores nothing; same answer.")


class AnswerRowErrorSerializer(serializers.Serializer[Any]):
    """A flaw of a row, which is left out."""

    row = serializers.IntegerField(help_text="As Excel counts, from 1.")
    column = serializers.CharField(help_text="The head of the column.")
    detail = serializers.CharField(source="message")


class AnswerImportSerializer(serializers.Serializer[Any]):
    """The result of an import, or of its dry run. Rows are matched by their question."""

    dry_run = serializers.BooleanField()
    new = serializers.ListField(child=serializers.CharField(), help_text="Questions that are added; at most 200.")
    new_count = serializers.IntegerField()
    changed = serializers.ListField(child=serializers.CharField(), help_text="Questions that change; at most 200.")
    changed_count = serializers.IntegerField()
    unchanged_count = serializers.IntegerField()
    rejected = AnswerRowErrorSerializer(many=True, help_text="Rows that are left out; at most 200 flaws.")
    rejected_count = serializers.IntegerField()
    unknown_columns = serializers.ListField(child=serializers.CharField(), help_text="Columns that are not read.")


def outcome(findings: services.SheetFindings, *, dry_run: bool) -> dict[str, Any]:
    """The findings of a table, for `AnswerImportSerializer`."""
    return {
        "dry_run": dry_run,
        "new": [change.answer.question for change in findings.new[:MOST_LISTED]],
        "new_count": len(findings.new),
        "changed": [change.answer.question for change in findings.changed[:MOST_LISTED]],
        "changed_count": len(findings.changed),
        "unchanged_count": findings.unchanged,
        "rejected": findings.errors[:MOST_LISTED],
        "rejected_count": len(findings.errors),
        "unknown_columns": findings.unknown_columns,
    }
