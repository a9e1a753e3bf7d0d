"""The changes of an import, in the words of the forms: a place, its old value, its new value."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext

from conversations.models import Desk
from core.interchange import yaml_text
from core.web.admin import NOTHING
from scheduling.admin.campaigns.campaign_differences import PARTS, Row
from scheduling.models import Campaign, CampaignContent, Segment, Series
from scheduling.services import Imported, Kind

MODELS: Mapping[Kind, type[Model]] = {"segment": Segment, "campaign": Campaign, "series": Series}


def readable(imported: Imported) -> list[Row]:
    """The lines of a table for one entry of a file."""
    model = MODELS[imported.kind]
    return [
        Row(
            label=_label(model, difference.path),
            before=_words(model, difference.path, difference.before),
            after=_words(model, difference.path, difference.after),
        )
        for difference in imported.differences
    ]


def _label(model: type[Model], path: str) -> str:
    first, *rest = path.split(".")
    if first == "contents" and rest:
        variant, _slash, language = rest[0].rpartition("/")
        known = Desk.Language(language).label if language in Desk.Language.values else language
        text = gettext("%(language)s, variant %(variant)s") % {"language": known, "variant": variant}
        place = text if variant else str(known)
        return f"{_name(CampaignContent, rest[1])} ({place})" if rest[1:] else place
    if first == "audience":
        without = rest[:1] == ["exclude"]
        part = next(
            (PARTS[piece] for piece in ("sheet" if name == "list" else name for name in rest) if piece in PARTS), ""
        )
        label = gettext("left out") if without else gettext("who gets it")
        return f"{label}: {part}" if part else label
    if first == "steps":
        return gettext("steps")
    return _name(model, first)


def _name(model: type[Model], name: str) -> str:
    try:
        return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name


def _words(model: type[Model], path: str, value: Any) -> str:
    if value in (None, "", {}, []):
        return NOTHING
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dict | list):
        return yaml_text.dump(value).rstrip()
    try:
        choices = dict(model._meta.get_field(path).flatchoices or ())  # type: ignore[union-attr]
    except FieldDoesNotExist:
        choices = {}
    return str(choices.get(value, value))
