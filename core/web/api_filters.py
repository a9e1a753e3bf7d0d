"""Filters that several apps' lists have."""

from django import forms
from django_filters import NumberFilter, TypedChoiceFilter
from drf_spectacular.utils import extend_schema_field

LARGEST = 2**63 - 1


@extend_schema_field({"type": "boolean"})
class TruthFilter(TypedChoiceFilter):  # type: ignore[misc]
    """`true` or `false`; django-filter's own takes anything else for no filter at all."""

    def __init__(self, field_name: str | None = None, **extra: object) -> None:
        choices = (("true", "true"), ("false", "false"))
        super().__init__(field_name, choices=choices, coerce=lambda word: word == "true", **extra)


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": LARGEST})
class IdFilter(NumberFilter):  # type: ignore[misc]
    """The number of a row that others belong to. One that there is not finds nothing; SQLite knows 63 bits of it."""

    field_class = forms.IntegerField

    def __init__(self, field_name: str | None = None, **extra: object) -> None:
        super().__init__(field_name, min_value=1, max_value=LARGEST, **extra)
