"""Facts as the API shows and takes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.web.api_fields import (
    ChoiceField,
    JSONValueField,
    StrictBooleanField,
    StrictCharField,
    StrictModelSerializer,
    StrictSerializer,
)
from wecom.models import FactDefinition, FactKind

MOST_ROWS = 5_000
MOST_FACTS = 120


class FactDefinitionSerializer(StrictModelSerializer[FactDefinition]):
    """A fact of the company's own. `key` and `kind` never change."""

    kind = ChoiceField(FactKind.choices)
    choices = serializers.ListField(
        child=StrictCharField(max_length=200), required=False, max_length=200, help_text="Of the kind `choice` only."
    )
    personal = StrictBooleanField(required=False, help_text="Whether lists and previews mask the value.")
    members = serializers.IntegerField(
        source="member_count", read_only=True, help_text="Members who have a value; they lose it with a deletion."
    )

    class Meta:
        model = FactDefinition
        fields = ("id", "key", "name", "name_en", "kind", "choices", "personal", "members", "created_at")
        read_only_fields = ("created_at",)
        validators: tuple[Any, ...] = ()  # the service names the field


class FactDefinitionChangeSerializer(StrictModelSerializer[FactDefinition]):
    """Changes to a fact of the company's own."""

    choices = serializers.ListField(
        child=StrictCharField(max_length=200),
        required=False,
        max_length=200,
        help_text="All choices. One that members have cannot go.",
    )
    personal = StrictBooleanField(required=False)

    class Meta:
        model = FactDefinition
        fields = ("name", "name_en", "choices", "personal")
        validators: tuple[Any, ...] = ()


@extend_schema_field({"oneOf": [{"type": "string", "nullable": True}, {"type": "integer"}]})
class ValueField(JSONValueField):
    """A value as people write it; null clears."""


class ValuesField(serializers.DictField):
    """Values by key."""

    def __init__(self, **options: Any) -> None:
        child = ValueField(allow_null=True)
        help_text = "Values by key: text, numbers, dates as 2026-09-01, or null to clear one."
        super().__init__(child=child, help_text=help_text, **options)

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        wrong = [key for key, value in values.items() if not isinstance(value, str | int | None) or value is True]
        if wrong or len(values) > MOST_FACTS:
            raise serializers.ValidationError("A value is a string, an integer or null.", code="invalid")
        return values


class MemberFactsRequestSerializer(StrictSerializer):
    """Values to set."""

    facts = ValuesField()


class MemberFactsSerializer(StrictSerializer):
    """The known facts of a member. Dates are written as 2026-09-01, numbers as strings."""

    user_id = serializers.CharField()
    facts = serializers.DictField(child=serializers.CharField())


class FactRowSerializer(StrictSerializer):
    """The facts of one member."""

    user_id = StrictCharField(max_length=64)
    facts = ValuesField()


class FactImportRequestSerializer(StrictSerializer):
    """Facts of many members."""

    rows = serializers.ListField(child=FactRowSerializer(), allow_empty=False, max_length=MOST_ROWS)
    strict = StrictBooleanField(default=False, help_text="Store nothing if anything is wrong.")
    dry_run = StrictBooleanField(default=False, help_text="Store nothing; the answer is the same.")


class FactErrorSerializer(StrictSerializer):
    """A value that is left out."""

    row = serializers.IntegerField(help_text="Place in `rows`, from 0.")
    key = serializers.CharField()
    detail = serializers.CharField()
    hint = serializers.CharField()


class UnknownMemberSerializer(StrictSerializer):
    """A row that is left out."""

    row = serializers.IntegerField(help_text="Place in `rows`, from 0.")
    user_id = serializers.CharField()


class FactImportSerializer(StrictSerializer):
    """The result for the rows. `applied` is whether the good values are stored, or would be."""

    dry_run = serializers.BooleanField()
    applied = serializers.BooleanField()
    rows = serializers.IntegerField()
    members = serializers.IntegerField(help_text="Rows whose member was found.")
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    cleared = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = FactErrorSerializer(many=True)
    unknown_members = UnknownMemberSerializer(many=True)
