"""The topic of an answer or a document in the API: its name, so that a program need not know keys."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

from conversations.models import Topic
from core.web.api_fields import StrictCharField


class TopicNameField(StrictCharField):
    """A topic by its name; a new one is saved with the row that names it. Empty: none."""

    def __init__(self, **options: Any) -> None:
        options = {"allow_blank": True, "required": False, **options}
        super().__init__(**{"help_text": "The name of a topic; a new one is made. Empty: none.", **options})

    def get_attribute(self, instance: Any) -> Any:
        return instance.topic or ""

    def to_representation(self, value: Any) -> str:
        return value.name if isinstance(value, Topic) else ""

    def to_internal_value(self, data: Any) -> Any:
        name = super().to_internal_value(data)
        try:
            return Topic.objects.called(name) if name else None
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return None if data == "" else super().run_validation(data)
