"""Facts about a member that stand for variables, such as {{name}} or {{start_date}}: their names, types and values."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.text.dates import format_date
from core.text.slot_values import Choice, Slot, SlotType
from wecom.facts import fact_values
from wecom.facts.definitions import BUILT_IN, FactType, definitions_of
from wecom.facts.fact_values import Value
from wecom.facts.stored_values import value_in
from wecom.models import Application, FactKind, Member

DIRECTORY: Mapping[str, Any] = {
    "name": pgettext_lazy("of a member", "name"),
    "alias": _("alias"),
    "position": pgettext_lazy("of a member", "position"),
    "department": _("department"),
    "user_id": _("user ID"),
}
KINDS = {
    FactKind.TEXT: SlotType.TEXT,
    FactKind.NUMBER: SlotType.NUMBER,
    FactKind.DATE: SlotType.DATE,
    FactKind.CHOICE: SlotType.CHOICE,
}
FACTS: Mapping[str, Slot] = {
    **{name: Slot(name=name) for name in DIRECTORY},
    **{key: Slot(name=key, type=KINDS[kind]) for key, _name, kind, _personal, _names in BUILT_IN},
}
"""The facts that every company has. Names are often missing, because WeChat Work limits what applications may read."""


def slots_of(application: Application | None) -> Mapping[str, Slot]:
    """All facts that can be known of an application's members, the company's own too."""
    if application is None:
        return FACTS
    own = (fact for fact in definitions_of(application.corporation_id).values() if not fact.built_in)
    return {**FACTS, **{fact.key: _slot(fact) for fact in own}}


def variable_labels(application: Application | None) -> dict[str, str]:
    """All facts as in `slots_of`, with their names in the active language."""
    directory = {name: str(label) for name, label in DIRECTORY.items()}
    if application is None:
        return directory | {key: str(name) for key, name, _kind, _personal, _names in BUILT_IN}
    return directory | {fact.key: fact.name for fact in definitions_of(application.corporation_id).values()}


def member_facts(member: Member, language: str = "") -> dict[str, str]:
    """The facts about a member; "" for unknown ones of the directory. Dates are in the language, else in the member's.

    Of many members, read them with `prefetch_related("facts")`.
    """
    chinese = not (language or member.language).startswith("en")
    rows = member.facts.all() if member.pk else ()
    known = {row.key: _written(value_in(row.text, row.number, row.date), chinese=chinese) for row in rows}
    return {
        **known,
        "name": member.name,
        "alias": member.alias,
        "position": member.position,
        "department": member.main_department.name if member.main_department else "",
        "user_id": member.user_id,
    }


def without_personal(text: str, member: Member, types: Mapping[str, FactType] | None = None) -> str:
    """A text with the member's personal facts masked, for an account that may not read them.

    Of many texts, pass the facts of the company, as `definitions_of` has them.
    """
    if types is None:
        types = definitions_of(member.corporation_id) if member.pk else {}
    for row in member.facts.all() if member.pk else ():
        fact = types.get(row.key)
        if fact is not None and fact.personal:
            value = value_in(row.text, row.number, row.date)
            forms = {_written(value, chinese=True), _written(value, chinese=False), fact_values.plain(value)}
            for form in sorted(forms, key=len, reverse=True):
                text = text.replace(form, fact_values.masked(fact, value))
    return text


def _slot(fact: FactType) -> Slot:
    choices = tuple(Choice(value=choice, label=choice) for choice in fact.choices)
    return Slot(name=fact.key, type=KINDS[fact.kind], choices=choices)


def _written(value: Value, *, chinese: bool) -> str:
    return format_date(value, chinese=chinese) if isinstance(value, date) else fact_values.plain(value)
