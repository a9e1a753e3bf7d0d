"""Values of variables that show facts of a person, like {{name}}: checked before, filled for each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from avatars.models import Presentation, RenderTemplate, Variable
from avatars.video_templates.variables import (
    TemplateFault,
    missing_value,
    unknown_variable,
    value_advice,
)
from core.text.placeholders import PLACEHOLDER, fill_placeholders, has_stray_braces, needed_names, placeholder_names
from core.text.slot_values import Slot, SlotType, is_blank

VideoSource = RenderTemplate | Presentation
"""The source of a video for many people: its script and its digital human, with variables."""


@dataclass(frozen=True, kw_only=True)
class PersonalScript:
    """The script of a source for one person; `translated` is in the second language of a presentation.

    `values` are of its variables. `defaulted` are variables for which the person has no fitting value, so that their
    default is used; `missing` are required variables without value and default: there can be no video.
    """

    source: VideoSource
    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    translated: bool = False
    defaulted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PersonalValues:
    """The values of variables for one person, as in `PersonalScript`."""

    values: Mapping[str, str]
    defaulted: tuple[str, ...]
    missing: tuple[str, ...]


def value_faults(
    variables: Sequence[Variable], values: Mapping[str, str], slots: Mapping[str, Slot], *, today: date
) -> Iterator[TemplateFault]:
    """The faults of values, for any recipient. `slots` are the facts that a recipient may have, by name."""
    names = {variable.name for variable in variables}
    yield from (unknown_variable(name, names) for name in values if name not in names)
    for variable in variables:
        wish = values.get(variable.name, "")
        if is_blank(wish):
            if variable.required:
                yield missing_value(variable)
        elif has_stray_braces(wish):
            message = _("“%(label)s” has “{{” or “}}” without a name between them.") % {"label": variable}
            remedy = _("Write names like {{name}}: small letters, digits and _.")
            yield TemplateFault(field=variable.name, code="bad_placeholder", words=message, remedy=remedy)
        elif any(placeholder_names(wish)):
            yield from _shown_faults(variable, wish, slots)
        elif variable.slot.parse(wish, today=today) is None:
            message = _("“%(label)s” does not fit.") % {"label": variable}
            yield TemplateFault(field=variable.name, code="invalid", words=message, remedy=value_advice(variable))


def personal_values(
    variables: Sequence[Variable],
    values: Mapping[str, str],
    facts: Mapping[str, str],
    slots: Mapping[str, Slot],
    *,
    today: date,
) -> PersonalValues:
    """The values for a person with these `facts`."""
    values_of: dict[str, str] = {}
    defaulted, lacking = [], []
    for variable in variables:
        wish = values.get(variable.name, "")
        value = _value(variable, wish, facts, slots, today)
        if value is None and variable.required:
            lacking.append(variable.name)
        elif value is None:
            if any(placeholder_names(wish)):
                defaulted.append(variable.name)
            value = variable.slot.parse(variable.default, today=today) if variable.default else None
        if value is not None:
            values_of[variable.name] = value
    return PersonalValues(values=values_of, defaulted=tuple(defaulted), missing=tuple(lacking))


def is_personalised(values: Mapping[str, str]) -> bool:
    """Whether the words differ from recipient to recipient."""
    return any(any(placeholder_names(wish)) for wish in values.values())


def _value(
    variable: Variable, wish: str, facts: Mapping[str, str], slots: Mapping[str, Slot], today: date
) -> str | None:
    """The value of a variable; None where nothing is known, or it does not fit."""
    if any(is_blank(facts.get(name, "")) for name in needed_names(wish)):
        return None
    text = fill_placeholders(wish, facts, slots)
    return None if is_blank(text) else variable.slot.parse(text, today=today)


def _shown_faults(variable: Variable, wish: str, slots: Mapping[str, Slot]) -> Iterator[TemplateFault]:
    for name in dict.fromkeys(placeholder_names(wish)):
        if name not in slots:
            message = _("“%(label)s” shows {{%(name)s}}, and nothing is known by that name.")
            known = _("There are: %(names)s.") % {"names": ", ".join(sorted(slots)) or "–"}
            values = {"label": variable, "name": name}
            yield TemplateFault(field=variable.name, code="unknown_slot", words=message % values, remedy=known)
            return
    if variable.slot.type == SlotType.TEXT or _is_kind_of(variable, wish, slots):
        return
    message = _("“%(label)s” may get a value from %(wish)s that it does not take.") % {"label": variable, "wish": wish}
    remedy = _("Show one name alone, of an answer of the same kind. %(takes)s") % {"takes": value_advice(variable)}
    yield TemplateFault(field=variable.name, code="kind", words=message, remedy=remedy)


def _is_kind_of(variable: Variable, wish: str, slots: Mapping[str, Slot]) -> bool:
    """Whether every value of a name fits the variable."""
    alone = PLACEHOLDER.fullmatch(wish.strip())
    if alone is None or alone[2] or alone[3]:
        return False
    slot = slots[alone[1]]
    if variable.type == SlotType.CHOICE.value:
        takes_all = all(variable.slot.parse(choice.value, today=date.min) is not None for choice in slot.choices)
        return bool(slot.choices) and takes_all
    return slot.type == variable.slot.type
