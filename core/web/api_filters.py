"""Filters that the lists of several apps share."""

from django import forms
from django_filters import NumberFilter, TypedChoiceFilter
from drf_spectacular.utils import extend_schema_field

LARGEST_ID = 2**63 - 1


@extend_schema_field({"type": "boolean"})
class StrictBooleanFilter(TypedChoiceFilter):  # type: ignore[misc]
    """`true` or `false`; rejects other values, which django-filter would ignore."""

    def __init__(self, field_name: str | None = None, **extra: object) -> None:
        choices = (("true", "true"), ("false", "false"))
        super().__init__(field_name, choices=choices, coerce=lambda word: word == "true", **extra)


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": LARGEST_ID})
class IdFilter(NumberFilter):  # type: ignore[misc]
    """The ID of a related row; an unknown ID matches nothing. SQLite takes 63 bits."""

    field_class = forms.IntegerField

    def __init__(self, field_name: str | None = None, **extra: object) -> None:
        super().__init__(field_name, min_value=1, max_value=LARGEST_ID, **extra)
