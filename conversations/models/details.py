"""Fields of single kinds of steps. They are kept in one JSON column, and look like columns to forms, files and code.

Defaults are not kept. A field cannot be filtered or updated by its name: whatever is queried is a column.
"""

from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.machine.nodes.declarations import Column, Holds
from conversations.machine.nodes.node import Node
from conversations.machine.nodes.registry import KINDS, each_kind


class Kept:
    """The attribute of a row that reads and writes one field of its `details`."""

    def __init__(self, field: "Detail") -> None:
        self._field = field

    def __get__(self, row: Any, owner: type | None = None) -> Any:
        return self if row is None else row.details.get(self._field.name, self._field.get_default())

    def __set__(self, row: Any, value: Any) -> None:
        others = {name: kept for name, kept in row.details.items() if name != self._field.name}
        row.details = others if value == self._field.get_default() else {**others, self._field.name: value}


class Detail(models.Field):  # type: ignore[type-arg]
    """A field without a column."""

    def get_attname_column(self) -> tuple[str, Any]:
        return self.get_attname(), None

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only=True)
        setattr(cls, name, Kept(self))

    def get_col(self, alias: str, output_field: Any = None) -> Any:
        """Raises `FieldError`: a query cannot name it."""
        raise FieldError(f"“{self.name}” has no column. Filter by “details__{self.name}”, or read it of each row.")

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Raises `FieldError`: `update` cannot write it."""
        raise FieldError(f"“{self.name}” has no column. Set it on each row, and save that.")


class TextDetail(Detail, models.TextField):  # type: ignore[type-arg]
    """Lines of text."""


class CharDetail(Detail, models.CharField):  # type: ignore[type-arg]
    """A line of text."""


class URLDetail(Detail, models.URLField):  # type: ignore[type-arg]
    """The address of a page."""


class NumberDetail(Detail, models.IntegerField):  # type: ignore[type-arg]
    """A whole number."""


class CountDetail(Detail, models.PositiveIntegerField):  # type: ignore[type-arg]
    """A whole number from 0 on."""


class YesNoDetail(Detail, models.BooleanField):  # type: ignore[type-arg]
    """Yes or no."""


class DetailsField(models.JSONField[Any, Any]):
    """The column. What is saved in it has the fields that the kind of the row declares, each of its type."""

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """Leave the fields of other kinds out. Raises `ValidationError` with the name of a field that does not fit."""
        kind = KINDS.get(model_instance.kind)
        if kind is not None:
            own = {column.name for column in kind.columns()}
            fields = {one.name: one for one in model_instance._meta.private_fields if isinstance(one, Detail)}
            checked = {name: _checked(fields, name, value) for name, value in model_instance.details.items()}
            model_instance.details = {name: value for name, value in checked.items() if name in own}
        return model_instance.details

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


def _checked(fields: dict[str, Any], name: str, value: Any) -> Any:
    if name not in fields:
        words = _("No kind of step has a field “%(name)s”. There are: %(known)s.")
        raise ValidationError({name: words % {"name": name, "known": ", ".join(fields)}})
    try:
        read = fields[name].to_python(value)
        if read is None and not fields[name].null:
            raise ValidationError(fields[name].error_messages["null"])
        fields[name].run_validators(read)
    except ValidationError as error:
        remedy = _("Correct “%(field)s” of the step.") % {"field": fields[name].verbose_name}
        raise ValidationError({name: [*error.messages, remedy]}) from error
    return read


def add_declared(model: type[models.Model]) -> None:
    """Give the model the fields that kinds of steps declare with their type, now and whenever a kind is registered."""

    def add(kind: type[Node]) -> None:
        for column in kind.columns():
            _add(model, column)

    each_kind(add)


def _add(model: type[models.Model], column: Column) -> None:
    if column.holds is None or hasattr(model, column.name):
        return
    words: dict[str, Any] = {
        "verbose_name": gettext_lazy(column.words),
        "help_text": gettext_lazy(column.about) if column.about else "",
        "blank": True,
    }
    match column.holds:
        case Holds.NUMBER:
            field: Detail = NumberDetail(null=True, **words)
        case Holds.YES_NO:
            field = YesNoDetail(default=False, **words)
        case Holds.LINES:
            field = TextDetail(default="", **words)
    field.contribute_to_class(model, column.name)
