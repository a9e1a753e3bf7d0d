"""The facts on a member's page: fields for who may change them, words for everybody else, personal ones masked."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from core.text.time_zones import OFTEN_USED, time_zones
from core.web.admin import NOTHING
from wecom import services
from wecom.exceptions import FactRefused
from wecom.facts import fact_values, stored_values
from wecom.facts.definitions import MANAGER, TIME_ZONE, FactType, definitions_of
from wecom.facts.fact_values import Value
from wecom.models import FactKind, Member
from wecom.signals import Author

PREFIX = "fact_"  # of the names of fields


class DateWidget(UnfoldAdminTextInputWidget):
    """The browser's own calendar."""

    input_type = "date"


class FactsForm(forms.ModelForm[Member]):
    """Members' columns, and a field for each fact. `facts` are their types, by the name of the field."""

    facts: Mapping[str, FactType] = {}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in set(self.facts) & set(self.changed_data) & set(cleaned):
            try:
                services.fact_value(self.instance, self.facts[name], cleaned[name])
            except FactRefused as error:
                self.add_error(name, forms.ValidationError(str(error), code=error.code))
        return cleaned


class FactsOfMember(ModelAdmin[Any]):
    """The part of a member's page with the facts."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        first, *others = super().get_fieldsets(request, obj)
        if obj is None:
            return [first, *others]
        names = list(self._fields(request, obj))
        shown = ("known_facts",) if len(names) < len(_types(obj)) else ()
        hint = _("A file of many members: Members → Import facts.") if names else ""
        return [first, (_("Facts"), {"fields": [*names, *shown], "description": hint}), *others]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            names = self._fields(request, obj)
            obj.shown_facts = [fact for fact in _types(obj).values() if PREFIX + fact.key not in names]
            obj.reads_personal = request.user.has_perm("wecom.read_memberfact")
        return [*super().get_readonly_fields(request, obj), "known_facts"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            return super().get_form(request, obj, change, **kwargs)
        fields = self._fields(request, obj)
        known = stored_values.facts_of(obj)
        made = {name: _field(obj, fact, known.get(fact.key)) for name, fact in fields.items()}
        form = type("FactsForm", (FactsForm,), {**made, "facts": fields})
        return super().get_form(request, obj, change, form=form, **kwargs)

    def save_facts(self, member: Member, form: Any, author: Author) -> None:
        """Store the facts that were changed."""
        changed = {name: fact for name, fact in form.facts.items() if name in form.changed_data}
        if changed:
            written = {fact.key: form.cleaned_data[name] for name, fact in changed.items()}
            services.set_facts(member, written, author=author)

    @display(description=_("known"))
    def known_facts(self, member: Any) -> SafeString | str:
        """The facts that this account may not change, one per line."""
        known = stored_values.facts_of(member)
        lines = [
            (capfirst(fact.name), _shown(fact, known[fact.key], in_full=member.reads_personal))
            for fact in member.shown_facts
            if fact.key in known
        ]
        return format_html_join("", "<div>{}: {}</div>", lines) or NOTHING

    def _fields(self, request: HttpRequest, member: Member) -> dict[str, FactType]:
        """The facts that this account may change, by the name of the field; personal ones only if it may read them."""
        if not (self.has_change_permission(request, member) and request.user.has_perm("wecom.change_memberfact")):
            return {}
        reads = request.user.has_perm("wecom.read_memberfact")
        return {PREFIX + key: fact for key, fact in _types(member).items() if reads or not fact.personal}


def _types(member: Any) -> Mapping[str, FactType]:
    """The facts of the member's company, read once for a page."""
    if not hasattr(member, "fact_types"):
        member.fact_types = definitions_of(member.corporation_id)
    types: Mapping[str, FactType] = member.fact_types
    return types


def _shown(fact: FactType, value: Value, *, in_full: bool) -> str:
    return fact_values.written(fact, value) if in_full else fact_values.masked(fact, value)


def _field(member: Member, fact: FactType, value: Value | None) -> forms.Field:
    """The field of one fact. Its input is read by `wecom.facts.fact_values`, like everywhere."""
    options: dict[str, Any] = {
        "label": capfirst(fact.name),
        "required": False,
        "initial": "" if value is None else fact_values.plain(value),
        "help_text": _help(member, fact, value),
    }
    if fact.kind == FactKind.CHOICE:
        choices = [("", NOTHING), *((choice, choice) for choice in fact.choices)]
        return forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget, **options)
    if fact.key == TIME_ZONE:
        zones = [(_("often used"), _pairs(OFTEN_USED)), (_("all"), _pairs(sorted(time_zones())))]
        return forms.ChoiceField(choices=[("", NOTHING), *zones], widget=UnfoldAdminSelectWidget, **options)
    if fact.kind == FactKind.DATE:
        return forms.CharField(max_length=40, widget=DateWidget, **options)
    mode = {"inputmode": "decimal"} if fact.kind == FactKind.NUMBER else {}
    return forms.CharField(max_length=300, widget=UnfoldAdminTextInputWidget(attrs=mode), **options)


def _pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


def _help(member: Member, fact: FactType, value: Value | None) -> SafeString | str:
    if fact.key != MANAGER:
        return now("Personal: lists and previews show it masked.") if fact.personal else ""
    hint = now("The user ID of a colleague, or a name that only one has.")
    rows = Member.objects.filter(corporation=member.corporation_id, user_id=value).exclude(name="")
    name = rows.values_list("name", flat=True).first() if value else None
    return format_html("{} · {}", name, hint) if name else hint
