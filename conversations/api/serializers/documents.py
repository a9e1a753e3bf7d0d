"""Documents in the API."""

from typing import Any

from rest_framework import serializers

from conversations import services
from conversations.api.serializers.topic_names import TopicNameField
from conversations.models import Desk, Document
from core.web.api_fields import ChoiceField, StrictModelSerializer
from wecom.models import Department, Tag

LISTS = ("departments", "tags")


class DocumentSerializer(StrictModelSerializer[Document]):
    """A document that members are quoted. `status` is `done` when it is read; `why` says why it could not be."""

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
    enabled = serializers.BooleanField(default=True, help_text="Whether it is quoted.")
    progress = serializers.IntegerField(read_only=True, help_text="Percent.")
    seconds_left = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="While it is read, by the pace of its last passages; null before there is one.",
    )

    why = serializers.SerializerMethodField(help_text="Why it could not be read, and what to do.")

    class Meta:
        model = Document
        fields = (
            *("id", "title", "kind", "topic", "language", "valid_from", "valid_until", "departments", "tags"),
            *("enabled", "status", "progress", "seconds_left", "page_count", "passage_count", "why", "created_at"),
        )
        read_only_fields = ("kind", "status", "page_count", "passage_count", "created_at")

    def get_why(self, document: Document) -> str:
        return services.document_refusal(document.detail) if document.detail else ""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, last = (attrs.get(name, getattr(self.instance, name, None)) for name in ("valid_from", "valid_until"))
        if first and last and last < first:
            raise serializers.ValidationError({"valid_until": ["It ends before it begins."]})
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Document:
        lists = {name: validated_data.pop(name) for name in LISTS if name in validated_data}
        file = validated_data.pop("file")
        return services.save_document(Document(**validated_data), file=file, **lists)

    def update(self, instance: Document, validated_data: dict[str, Any]) -> Document:
        lists = {name: validated_data.pop(name) for name in LISTS if name in validated_data}
        file = validated_data.pop("file", None)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        services.save_document(instance, file=file, **lists)
        return Document.objects.select_related("topic").prefetch_related(*LISTS).get(pk=instance.pk)


class DocumentFormSerializer(DocumentSerializer):
    """A document as `multipart/form-data`, with its file."""

    file = serializers.FileField(help_text="PDF, Word (.docx), Markdown, HTML or plain text.")

    class Meta(DocumentSerializer.Meta):
        fields = (*DocumentSerializer.Meta.fields, "file")  # type: ignore[assignment]
