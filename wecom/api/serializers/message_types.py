"""Kinds of messages as the API takes them: a serializer is made of each value in `contents`, which checks itself.

Its fields have the value's names. What the platform would refuse is a `ContentError`, whose field is named as in the
platform's own request.
"""

import dataclasses
from collections.abc import Mapping
from types import UnionType
from typing import Any, ClassVar, Union, get_args, get_origin, get_type_hints

from rest_framework import serializers

from core.web.api_fields import KnownFields, TextField, TruthField
from wecom import contents
from wecom.contents import Content, Link

# Characters; the platform counts bytes, and the value knows how many of each field.
LONGEST, PAGE = 2048, 666 * 1024

Field = serializers.Field[Any, Any, Any, Any]

# What has no file of its own, by the name that the API gives it.
KINDS: dict[str, type[Content]] = {
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


class WholeField(serializers.IntegerField):
    """A number in JSON, not its digits in a text."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class PartSerializer(KnownFields):
    """A part of a message; valid, it is that value."""

    made: ClassVar[type]

    def to_internal_value(self, data: Any) -> Any:
        return self.made(**arguments(super().to_internal_value(data)))


class LinkSerializer(KnownFields):
    """Where a press leads: a web page by its `url`, or a mini-program by its `app_id`, at a `page` of it."""

    url = TextField(required=False, max_length=2048, help_text="Begins with https://.")
    app_id = TextField(required=False, max_length=64)
    page = TextField(required=False, allow_blank=True, max_length=1024)

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        if ("url" in values) == ("app_id" in values) or ("url" in values and "page" in values):
            words = "Give either `url`, or `app_id` with the `page` of that mini-program."
            raise serializers.ValidationError({"url": [words]}, code="one_of")
        return contents.Web(**values) if "url" in values else contents.MiniProgram(**values)


def fields_of(value: type) -> dict[str, Field]:
    """A field for each of a value's own."""
    hints = get_type_hints(value)
    found = {one.name: _field(hints[one.name], needed=_is_needed(one)) for one in dataclasses.fields(value)}
    if value is contents.Page:
        found["content"] = TextField(max_length=PAGE)
    return found


def made(value: type[Content], values: Mapping[str, Any]) -> Content:
    """The value of what is valid, other fields beside it left out. Raises `ContentError`."""
    names = {one.name for one in dataclasses.fields(value)}  # type: ignore[arg-type]
    return value(**arguments({name: one for name, one in values.items() if name in names}))


def arguments(values: Mapping[str, Any]) -> dict[str, Any]:
    """Lists as tuples, since values are frozen."""
    return {name: tuple(one) if isinstance(one, list) else one for name, one in values.items()}


def _is_needed(field: "dataclasses.Field[Any]") -> bool:
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
        return TruthField(required=needed)
    if hint is int:
        return WholeField(required=needed, min_value=0, max_value=100)
    if hint is float:
        return serializers.FloatField(required=needed)
    return TextField(required=needed, allow_blank=not needed, max_length=LONGEST)


def _part(value: Any) -> type[PartSerializer]:
    if value not in _parts:
        fields = {"__doc__": value.__doc__, "__module__": __name__, "made": value, **fields_of(value)}
        _parts[value] = type(f"{value.__name__}PartSerializer", (PartSerializer,), fields)
    return _parts[value]


_parts: dict[Any, type[PartSerializer]] = {}
