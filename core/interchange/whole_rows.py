"""A whole row as a file has it: plain fields, files that come along, and lists of other rows by name.

Default values are left out, so that a file shows people's choices.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from core.interchange.files_of_rows import Media
from core.interchange.flaws import Findings, Place
from core.interchange.model_fields import fields_of, plain_fields, read_fields
from core.interchange.named_rows import References


@dataclass(kw_only=True)
class RowRead:
    """The values of a row in a file, and the rows of its lists."""

    fields: dict[str, Any]
    lists: dict[str, list[Any]] = field(default_factory=dict)


def names_of(model: type[models.Model], *, without: Collection[str] = ()) -> list[str]:
    """The fields and lists of a model that a file has."""
    return [field.name for field in (*fields_of(model, without=without), *_lists_of(model, without))]


def row_entry(
    row: models.Model,
    *,
    references: type[References],
    media: Media,
    without: Collection[str] = (),
    lists: Mapping[str, Sequence[Any]] | None = None,
    always: Sequence[str] = (),
) -> dict[str, Any]:
    """A row, saved or not: An unsaved one needs `lists`. Fields in `always` come first, also with defaults."""
    model = type(row)
    zone, files = timezone.get_default_timezone(), [field.name for field in _files_of(model, without)]
    plain = plain_fields(row, references=references, zone=zone, without=(*without, *files))
    entry = {name: plain.get(name) for name in always} | {
        name: value
        for name, value in plain.items()
        if name in always or value != model._meta.get_field(name).get_default()  # type: ignore[union-attr]
    }
    for listed in _lists_of(model, without):
        rows = getattr(row, listed.name).all() if lists is None else lists.get(listed.name, ())
        if named := sorted(getattr(other, references.keys[listed.related_model]) for other in rows):
            entry[listed.name] = named
    entry |= {name: media.entry(file) for name in files if (file := getattr(row, name))}
    return entry


def read_row(
    model: type[models.Model],
    data: Mapping[str, Any],
    place: Place,
    *,
    current: models.Model | None,
    references: References,
    media: Media,
    findings: Findings,
    without: Collection[str] = (),
) -> RowRead:
    """The values for a row; `current` is the one that has the name, with the files that it has."""
    files = list(_files_of(model, without))
    apart = (*without, *(file.name for file in files))
    values = read_fields(model, data, place, references=references, findings=findings, without=apart)
    for file in files:
        own, before = (*place, file.name), str(getattr(current, file.name, "") or "")
        folder = str(file.upload_to).strip("/")
        given = data.get(file.name)
        values[file.name] = media.taken(given, before, own, findings, folder=folder) if given else ""
        if not given and not file.blank:
            findings.add(own, _("“%(name)s” is missing.") % {"name": file.name}, _("Write it."))
    lists = {
        rows_of.name: _named_rows(rows_of, data.get(rows_of.name), (*place, rows_of.name), references, findings)
        for rows_of in _lists_of(model, without)
    }
    return RowRead(fields=values, lists=lists)


def check_row(row: models.Model, place: Place, findings: Findings, *, without: Collection[str] = ()) -> None:
    """The errors of the model itself for a row whose fields are right each."""
    model, left_out = type(row), set(without)
    row._state.adding = row.pk is None  # else it would be compared with itself, too
    for check in (row.clean, lambda: row.validate_unique(exclude=left_out)):
        try:
            check()
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                _tell(place if name == NON_FIELD_ERRORS else (*place, name), messages, findings)
    for constraint in model._meta.constraints:
        try:
            constraint.validate(model, row, exclude=left_out)
        except ValidationError as error:
            fields: tuple[str, ...] = getattr(constraint, "fields", ())
            is_of_field = len(fields) == 1  # Django names the constraint, not the field, where it has a condition
            messages = row.unique_error_message(model, fields).messages if is_of_field else error.messages
            _tell((*place, fields[0]) if is_of_field else place, messages, findings)


def _tell(place: Place, messages: Iterable[str], findings: Findings) -> None:
    for message in messages:
        findings.add(place, message, _("Correct it in the file."))


def _named_rows(field: Any, named: Any, place: Place, references: References, findings: Findings) -> list[Any]:
    if named is None:
        return []
    if not isinstance(named, list):
        findings.add(place, _("“%(name)s” is a list.") % {"name": field.name}, _("Write a list."))
        return []
    rows = [references.row(field.related_model, value, (*place, n), findings) for n, value in enumerate(named)]
    return list(dict.fromkeys(row for row in rows if row is not None))


def _files_of(model: type[models.Model], without: Collection[str]) -> Iterator[Any]:
    return (field for field in fields_of(model, without=without) if isinstance(field, models.FileField))


def _lists_of(model: type[models.Model], without: Collection[str]) -> Iterable[Any]:
    return [field for field in model._meta.many_to_many if field.editable and field.name not in without]
