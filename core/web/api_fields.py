"""Fields of the API that are stricter than REST framework's, so that its description tells the truth."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
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


class TruthField(serializers.BooleanField):
    """`true` or `false`; not "yes", and not 1."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "integer"}], "nullable": True})
class ValueField(serializers.Field[Any, Any, Any, Any]):
    """A value as it is in JSON; whether it fits is for somebody else to judge."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class KnownFields(serializers.Serializer[Any]):
    """Refuses a name that it does not know, so that a typing error is not taken for a wish for the default.

    What can only be read is let pass: programs send back what they got.
    """

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if unknown:
            writable = ", ".join(name for name, field in self.fields.items() if not field.read_only)
            words = _("There is no such field. There are: %(fields)s.") % {"fields": writable}
            raise serializers.ValidationError({name: [words] for name in unknown}, code="unknown_field")
        return super().to_internal_value(data)


class RowSerializer(KnownFields, serializers.ModelSerializer[M]):
    """A model's serializer whose text is text, and which knows its fields."""

    serializer_field_mapping: ClassVar[Any] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: TextField,
        models.TextField: TextField,
    }


class ClearableFiles(RowSerializer[M]):
    """Takes null, or an empty field of a form, for a file that is to go: those that `Meta.clearable` names."""

    def get_extra_kwargs(self) -> dict[str, Any]:
        found: dict[str, Any] = super().get_extra_kwargs()
        return {**found, **{name: {"write_only": True, "allow_null": True} for name in self.Meta.clearable}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {name: "" if value is None and name in self.Meta.clearable else value for name, value in attrs.items()}

    class Meta:
        clearable: tuple[str, ...] = ()
