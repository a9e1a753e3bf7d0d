"""Serializers and fields that are stricter than REST framework's, so that the OpenAPI description is accurate."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NoReturn, TypeVar

from django.db import models
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

M = TypeVar("M", bound=models.Model)


class StrictCharField(serializers.CharField):
    """A JSON string; rejects numbers, which REST framework would convert."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictRegexField(StrictCharField, serializers.RegexField):
    """A JSON string that matches a regular expression."""


class StrictBooleanField(serializers.BooleanField):
    """`true` or `false`; rejects "yes" and 1."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "integer"}], "nullable": True})
class JSONValueField(serializers.Field[Any, Any, Any, Any]):
    """A JSON string or integer, without further validation."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


def choose_one_of(choices: Iterable[Any]) -> str:
    """The words of an `invalid_choice`: the values that are taken."""
    return _("Choose one of: %(choices)s.") % {"choices": ", ".join(str(value) for value in choices if value != "")}


class ChoiceField(serializers.ChoiceField):
    """One of several values; its error lists them."""

    def fail(self, key: str, **values: Any) -> NoReturn:
        if key == "invalid_choice":
            raise serializers.ValidationError(choose_one_of(self.choices), code=key)
        super().fail(key, **values)


class MultipleChoiceField(ChoiceField, serializers.MultipleChoiceField):
    """Some of several values; its error lists them."""


class StrictSerializer(serializers.Serializer[Any]):
    """Rejects unknown field names, because a typing error would silently mean the default.

    Read-only fields are accepted and ignored, so programs can send back a representation that they received.
    """

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if unknown:
            writable = ", ".join(name for name, field in self.fields.items() if not field.read_only)
            message = _("Unknown field. Available: %(fields)s.") % {"fields": writable}
            raise serializers.ValidationError({name: [message] for name in unknown}, code="unknown_field")
        return super().to_internal_value(data)


class StrictModelSerializer(StrictSerializer, serializers.ModelSerializer[M]):
    """A model serializer that rejects unknown fields and values of the wrong JSON type."""

    serializer_choice_field: ClassVar[Any] = ChoiceField

    serializer_field_mapping: ClassVar[Any] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: StrictCharField,
        models.TextField: StrictCharField,
    }


class ClearableFilesSerializer(StrictModelSerializer[M]):
    """Deletes a file when its field is null, or empty in a form, for the fields in `Meta.clearable`."""

    def get_extra_kwargs(self) -> dict[str, Any]:
        extra: dict[str, Any] = super().get_extra_kwargs()
        return {**extra, **{name: {"write_only": True, "allow_null": True} for name in self.Meta.clearable}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {name: "" if value is None and name in self.Meta.clearable else value for name, value in attrs.items()}

    class Meta:
        clearable: tuple[str, ...] = ()
