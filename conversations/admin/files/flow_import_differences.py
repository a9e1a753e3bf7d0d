"""The changes of an import, in the words of the forms: a place, its old value, its new value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext

from conversations.models import Answer, Document, Flow, State
from conversations.services import Imported, Kind
from core.interchange import yaml_text
from core.web.admin import NOTHING

MODELS: Mapping[Kind, type[Model]] = {"flow": Flow, "answer": Answer, "document": Document}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table."""

    label: str
    before: str
    after: str


def readable(imported: Imported) -> list[Row]:
    """The lines of a table for one entry of a file."""
    model, differences = MODELS[imported.kind], []
    steps = dict(State.objects.filter(flow=imported.pk).values_list("key", "name")) if model is Flow else {}
    for difference in imported.differences:
        label, owner, name = _place(model, difference.path, steps)
        differences.append(
            Row(label=label, before=_words(owner, name, difference.before), after=_words(owner, name, difference.after))
        )
    return differences


def _place(model: type[Model], path: str, steps: Mapping[str, str]) -> tuple[str, type[Model], str]:
    """The name of a place, and the field in it with its model. `steps` are the names of those that are there."""
    first, *rest = path.split(".")
    if first == "order":
        return gettext("order of the steps"), model, first
    if first == "steps" and rest:
        key, *inner = rest
        name = inner[0] if inner else ""
        told = {"step": steps.get(key, key), "field": _name(State, name) if name else ""}
        text = gettext("step “%(step)s”: %(field)s") if name else gettext("step “%(step)s”")
        return text % told, State, name
    return _name(model, first), model, first


def _name(model: type[Model], name: str) -> str:
    if name == "transitions":
        return gettext("transitions")
    try:
        return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name


def _words(model: type[Model], name: str, value: Any) -> str:
    if value in (None, "", {}, []):
        return NOTHING
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if model is State and not name:  # a whole step, new or gone
        return str(value["name"])
    if isinstance(value, dict | list):
        return yaml_text.dump(value).rstrip()
    try:
        choices = dict(model._meta.get_field(name).flatchoices or ())  # type: ignore[union-attr]
    except FieldDoesNotExist:
        choices = {}
    return str(choices.get(value, value))
