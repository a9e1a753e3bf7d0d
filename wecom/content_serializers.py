"""Serializers made of the values in `wecom.contents`, for every app whose API takes messages.

The fields have the value's names, and the value checks itself: a value that the platform would refuse is a
`ContentError` that names the field as in the platform's own request.
"""

import dataclasses
from collections.abc import Mapping
from types import UnionType
from typing import Any, ClassVar, Union, get_args, get_origin, get_type_hints

from rest_framework import serializers

from core.web.api_fields import ChoiceField, StrictBooleanField, StrictCharField, StrictSerializer
from wecom import contents
from wecom.contents import Content, Link

# Characters; the platform counts bytes, and the value knows the limit of each field.
MAX_TEXT, MAX_PAGE = 2048, 666 * 1024

Field = serializers.Field[Any, Any, Any, Any]

# Kinds without a file, by their names in the API.
CONTENT_KINDS: dict[str, type[Content]] = {
    "textcard": contents.TextCard,
    "news": contents.News,
    "mpnews": contents.MpNews,
    "miniprogram_notice": contents.MiniProgramNotice,
    "text_notice": contents.TextNoticeCard,
    "news_notice": contents.NewsNoticeCard,
    "button_interaction": contents.ButtonCard,
    "vote_interaction": contents.VoteCard,
    "multiple_interaction": contents.MultipleCard,
}


class StrictIntegerField(serializers.IntegerField):
    """A number in JSON, not its digits in a string."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class PartSerializer(StrictSerializer):
    """A part of a message; its validated data is the value itself."""

    value_class: ClassVar[type]

    def to_internal_value(self, data: Any) -> Any:
        return self.value_class(**_arguments(super().to_internal_value(data)))


class LinkSerializer(StrictSerializer):
    """Where a press leads: a web page (`url`), or a mini-program (`app_id`) at one of its pages (`page`)."""

    url = StrictCharField(required=False, max_length=2048, help_text="Begins with https://.")
    app_id = StrictCharField(required=False, max_length=64)
    page = StrictCharField(required=False, allow_blank=True, max_length=1024)

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        if ("url" in values) == ("app_id" in values) or ("url" in values and "page" in values):
            fault = "Give either `url`, or `app_id` with the `page` of that mini-program."
            raise serializers.ValidationError({"url": [fault]}, code="one_of")
        return contents.Web(**values) if "url" in values else contents.MiniProgram(**values)


def serializer_for(base: type[Any], kind: str, value: type[Content]) -> type[Any]:
    """A subclass of `base` for one kind of message: its `kind` and a field for each of the value's."""
    named = "".join(word.title() for word in kind.split("_"))
    fields = {"kind": ChoiceField([kind]), **fields_for(value)}
    body = {"__doc__": value.__doc__, "__module__": base.__module__, "value": value, **fields}
    return type(base.__name__.replace("Value", named), (base,), body)


def fields_for(value: type) -> dict[str, Field]:
    """A field for each field of the value."""
    hints = get_type_hints(value)
    fields = {field.name: _field(hints[field.name], needed=_is_required(field)) for field in dataclasses.fields(value)}
    if value is contents.Page:
        fields["content"] = StrictCharField(max_length=MAX_PAGE)
    return fields


def build_content(value: type[Content], values: Mapping[str, Any]) -> Content:
    """The value made of validated data; ignores fields that it does not have. Raises `ContentError`."""
    names = {field.name for field in dataclasses.fields(value)}  # type: ignore[arg-type]
    return value(**_arguments({name: item for name, item in values.items() if name in names}))


def _arguments(values: Mapping[str, Any]) -> dict[str, Any]:
    """Lists become tuples, since values are frozen."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _is_required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _field(hint: Any, *, needed: bool) -> Field:
    if get_origin(hint) is tuple:
        least = 1 if needed else 0
        many: Any = _part(get_args(hint)[0])
        return many(many=True, required=needed, min_length=least, max_length=20)  # type: ignore[no-any-return]
    if get_origin(hint) in (UnionType, Union):
        kinds = set(get_args(hint)) - {type(None)}
        part = LinkSerializer if kinds == set(get_args(Link)) else _part(kinds.pop())
        return part(required=needed, allow_null=not needed)
    if dataclasses.is_dataclass(hint):
        return _part(hint)(required=needed)
    if hint is bool:
        return StrictBooleanField(required=needed)
    if hint is int:
        return StrictIntegerField(required=needed, min_value=0, max_value=100)
    if hint is float:
        return serializers.FloatField(required=needed)
    return StrictCharField(required=needed, allow_blank=not needed, max_length=MAX_TEXT)


def _part(value: Any) -> type[PartSerializer]:
    if value not in _parts:
        fields = {"__doc__": value.__doc__, "__module__": __name__, "value_class": value, **fields_for(value)}
        _parts[value] = type(f"{value.__name__}PartSerializer", (PartSerializer,), fields)
    return _parts[value]


_parts: dict[Any, type[PartSerializer]] = {}
