"""References from a file to rows: by name, never by primary key."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import IntegerField, Model, QuerySet
from django.utils.translation import gettext as _

from core.interchange.flaws import Findings, Place


class References:
    """Finds rows by name. `keys` has the field that each model is named by in a file."""

    keys: ClassVar[Mapping[type[Model], str]] = {}

    def rows(self, model: type[Model]) -> QuerySet[Any]:
        """The rows that a file may name."""
        return model._default_manager.all()

    def row(self, model: type[Model], value: Any, place: Place, findings: Findings) -> Any:
        """The row of a model that a file names; None, with a finding, if there is none."""
        name = self.keys[model]
        wanted = int if isinstance(model._meta.get_field(name), IntegerField) else str
        row = self.rows(model).filter(**{name: value}).first() if type(value) is wanted else None
        if row is None:
            label = model._meta.verbose_name
            message = _("There is no %(kind)s “%(name)s” here.") % {"kind": label, "name": value}
            remedy = _("Create it first, or name another one in the file.")
            findings.add(place, message, remedy, code="reference_missing")
        return row
