"""Fields of the API that are stricter than REST framework's, so that its description tells the truth."""

from typing import Any, ClassVar, TypeVar

from django.db import models
from rest_framework import serializers

M = TypeVar("M", bound=models.Model)


class TextField(serializers.CharField):
    """Text and nothing else: a number in JSON is a mistake, not its digits."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class PatternField(TextField, serializers.RegexField):
    """Text of a form."""


class RowSerializer(serializers.ModelSerializer[M]):
    """A model's serializer whose text is text."""

    serializer_field_mapping: ClassVar[Any] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: TextField,
        models.TextField: TextField,
    }
