"""The fields of a model as a file has them: choices by value, times as ISO, empty values left out.

A field that is added to a model travels with the next export by itself.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from core.interchange.flaws import Findings, Place
from core.interchange.named_rows import References

LINE_ENDS = re.compile(r"\r+\n")
KEY = "name"  # by which a row is found again, so that it stays as it is
EMPTY: tuple[Any, ...] = (None, "", {}, [])


def fields_of(model: type[models.Model], *, without: Collection[str] = ()) -> Iterator[Any]:
    """The fields that people write: the name, and the others in the order of the model."""
    without_column = [field for field in model._meta.private_fields if isinstance(field, models.Field)]
    in_order = sorted((*model._meta.concrete_fields, *without_column))  # as the class has them
    for field in sorted(in_order, key=lambda each: each.name != KEY):
        if field.editable and not field.primary_key and field.name not in without:
            yield field


def plain_fields(
    row: models.Model, *, references: type[References], zone: tzinfo, without: Collection[str] = ()
) -> dict[str, Any]:
    """The fields of a row with their plain values."""
    fields: dict[str, Any] = {}
    for field in fields_of(type(row), without=without):
        value = _plain(field, getattr(row, field.name), references, zone)
        if value not in EMPTY or field.get_default() not in EMPTY:
            fields[field.name] = value
    return fields


def read_fields(
    model: type[models.Model],
    data: Mapping[str, Any],
    place: Place,
    *,
    references: References,
    findings: Findings,
    without: Collection[str] = (),
) -> dict[str, Any]:
    """The values for a row of the model; a field that the file lacks has its default."""
    zone = _zone(data.get("time_zone"))
    values: dict[str, Any] = {}
    for field in fields_of(model, without=without):
        own = (*place, field.name)
        if field.name not in data:
            values[field.name] = field.get_default()
            if not field.blank and values[field.name] in EMPTY and not field.null:
                findings.add(own, _("“%(name)s” is missing.") % {"name": field.name}, _("Write it."))
        elif field.is_relation:
            given = data[field.name]
            values[field.name] = None if given is None else references.row(field.related_model, given, own, findings)
        else:
            values[field.name] = _read(field, data[field.name], own, zone, findings)
    return values


def refuse_others(data: Mapping[str, Any], known: Collection[str], place: Place, findings: Findings) -> None:
    """A key that nothing reads is a mistake: a misspelt one would be lost without a word."""
    for key in data:
        if key not in known:
            remedy = _("There are: %(known)s.") % {"known": ", ".join(known)}
            findings.add((*place, key), _("There is no “%(name)s”.") % {"name": key}, remedy, code="key_unknown")


def plain_time(value: time) -> str:
    """A time of day, with seconds only where it has some."""
    return value.isoformat("minutes" if not (value.second or value.microsecond) else "auto")


def tidy(value: Any) -> Any:
    """A value with one kind of line end, and JSON with its keys in one order: PostgreSQL keeps them in its own."""
    if isinstance(value, str):
        return LINE_ENDS.sub("\n", value)
    if isinstance(value, Mapping):
        return {key: tidy(value[key]) for key in sorted(value, key=lambda key: (key != "kind", key))}
    return [tidy(part) for part in value] if isinstance(value, list | tuple) else value


def _plain(field: Any, value: Any, references: type[References], zone: tzinfo) -> Any:
    if value is None:
        return None
    if field.is_relation:
        return getattr(value, references.keys[field.related_model])
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, time):
        return plain_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if field.name == KEY:
        return value
    return tidy(str(value) if isinstance(value, str) else value)


def _read(field: Any, value: Any, place: Place, zone: tzinfo, findings: Findings) -> Any:
    """The value for a field; None, with a finding, if the field does not accept it."""
    wanted, remedy = _kind(field)
    if value is None and field.null:
        return None
    if value is None and field.blank and field.empty_strings_allowed and not field.choices:
        return ""
    if type(value) not in wanted:
        findings.add(place, _("“%(value)s” is of the wrong kind.") % {"value": value}, remedy)
        return None
    if field.choices and value not in dict(field.flatchoices):
        known = ", ".join(str(key) for key, _label in field.flatchoices)
        message = _("“%(value)s” is none of its values.") % {"value": value}
        findings.add(place, message, _("There are: %(known)s.") % {"known": known})
        return None
    try:
        read = field.clean(value if field.name == KEY else tidy(value), None)
    except ValidationError as error:
        findings.add_invalid(place, error, remedy)
        return None
    return read.replace(tzinfo=zone) if isinstance(read, datetime) and read.tzinfo is None else read


def _kind(field: Any) -> tuple[tuple[type, ...], str]:
    """The type that YAML has for a field, and a hint for writing it."""
    if isinstance(field, models.JSONField):
        return (dict, list), _("Write names and values, as the export does.")
    if isinstance(field, models.BooleanField):
        return (bool,), _("Write true or false.")
    if isinstance(field, models.IntegerField):
        return (int,), _("Write a whole number, such as 7.")
    if isinstance(field, models.DateTimeField):
        return (str,), _("Write it as 2026-12-01T09:00:00+08:00.")
    if isinstance(field, models.DateField):
        return (str,), _("Write it as 2026-12-01.")
    if isinstance(field, models.TimeField):
        return (str,), _("Write it as 09:00.")
    return (str,), _("Write a text, in quotation marks if it looks like a number, true, false or null.")


def _zone(name: Any) -> tzinfo:
    """The zone of a row; times without an offset are its own."""
    try:
        return ZoneInfo(str(name))
    except (KeyError, OSError, ValueError):  # an unknown zone is one of the row's problems
        return ZoneInfo(settings.TIME_ZONE)
