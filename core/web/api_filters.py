"""Filters that the lists of several apps share."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django_filters import CharFilter, NumberFilter, TypedChoiceFilter
from django_filters import ChoiceFilter as DjangoChoiceFilter
from drf_spectacular.utils import extend_schema_field
from rest_framework.serializers import ChoiceField

LARGEST_ID = 2**63 - 1


@extend_schema_field({"type": "boolean"})
class StrictBooleanFilter(TypedChoiceFilter):  # type: ignore[misc]
    """`true` or `false`; rejects other values, which django-filter would ignore."""

    def __init__(self, field_name: str | None = None, **extra: object) -> None:
        choices = (("true", "true"), ("false", "false"))
        super().__init__(field_name, choices=choices, coerce=lambda word: word == "true", **extra)


class UserIdFilter(CharFilter):  # type: ignore[misc]
    """A user ID in any case. They are kept in small letters, by which an index finds them."""

    def filter(self, qs: Any, value: str) -> Any:
        return super().filter(qs, value.lower() if value else value)


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": LARGEST_ID})
class IdFilter(NumberFilter):  # type: ignore[misc]
    """The ID of a related row; an unknown ID matches nothing. SQLite takes 63 bits."""

    field_class = forms.IntegerField

    def __init__(self, field_name: str | None = None, **extra: object) -> None:
        super().__init__(field_name, min_value=1, max_value=LARGEST_ID, **extra)


class ChoiceFilter(DjangoChoiceFilter):  # type: ignore[misc]
    """One of a set of choices, which the OpenAPI description names as it does in bodies."""

    def __init__(self, field_name: str | None = None, *, choices: Sequence[Any], **extra: Any) -> None:
        super().__init__(field_name, choices=choices, **extra)
        extend_schema_field(ChoiceField(choices, help_text=extra.get("help_text")))(self)
