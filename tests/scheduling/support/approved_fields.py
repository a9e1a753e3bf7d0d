"""Which fields of a row an approval is not bound to, found by changing each field of the model."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models, transaction

from scheduling.campaigns.approved_content import digest
from tests.support.model_rows import make_row, value

Describe = Callable[[], Mapping[str, Any]]


def unbound(row: models.Model, describe: Describe, *, apart: Mapping[str, str] | None = None) -> set[str]:
    """The columns whose change leaves the digest of a description as it was; `apart` are not tried, nor is the key."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    return {field.name for field in fields if field.name not in (apart or {}) and _is_unbound(row, field, describe)}


def relations(model: type[models.Model]) -> set[str]:
    """What stands in other tables: rows that point to a row of the model, and its many-to-many fields."""
    return {field.name for field in model._meta.get_fields() if field.one_to_many or field.many_to_many}


def another(row: models.Model, field: models.Field[Any, Any]) -> Any:
    """A value that a column of this row has not got."""
    before = getattr(row, field.attname)
    if field.is_relation:
        assert isinstance(field.related_model, type)
        return make_row(field.related_model).pk
    if field.choices:
        return next(key for key, _label in field.flatchoices if key != before)
    if isinstance(field, models.BooleanField):
        return not before
    if isinstance(field, models.JSONField):
        return [*before, 3] if isinstance(before, list) else {**before, "another": 1}
    return "files/another.png" if isinstance(field, models.FileField) else value(field)


def _is_unbound(row: models.Model, field: models.Field[Any, Any], describe: Describe) -> bool:
    with transaction.atomic():
        after = another(row, field)  # the row that it may point to changes nothing yet
        before = digest(describe())
        assert type(row)._default_manager.filter(pk=row.pk).update(**{field.attname: after}) == 1
        assert getattr(type(row)._default_manager.get(pk=row.pk), field.attname) != getattr(row, field.attname)
        same = digest(describe()) == before
        transaction.set_rollback(True)
    return same
