"""The words of a campaign as fields: for each language and variant the same ones, of which its kind needs a few."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from avatars.models import DigitalHuman, Presentation, RenderMode, RenderTemplate
from conversations.models import Flow
from core.text.placeholders import parse_values, value_lines
from scheduling import services
from scheduling.admin.cards.card_field import CardField
from scheduling.campaigns.cards.conversion import pruned
from scheduling.content_kinds.content_kind import ContentKind
from scheduling.content_kinds.content_kind_registry import kinds
from scheduling.models import CampaignContent
from wecom.models import Application

SLOTS: Mapping[str, tuple[str, str]] = {
    "a_zh": ("A", "zh-hans"),
    "a_en": ("A", "en"),
    "b_zh": ("B", "zh-hans"),
    "b_en": ("B", "en"),
}
"""The fields of a form by their prefix: a variant in a language."""

FIELDS = (
    *("text", "literal", "file", "template", "presentation", "values", "defaults", "digital_human", "mode"),
    *("flow", "card"),
)
"""The columns of a content, in the order of the form."""

LONGEST = 4096
_TEXT_HELP = _("{{name|colleague}} is the member's name, or “colleague” where it is unknown.")
_PLACES: Mapping[str, Any] = {"b_zh": _("Variant B in Chinese"), "b_en": _("Variant B in English")}


class ValuesField(forms.CharField):
    """Values of variables, one `variable = value` per line; the value is a dict."""

    def prepare_value(self, value: Any) -> Any:
        return value_lines(value) if isinstance(value, dict) else value

    def clean(self, value: Any) -> Any:
        return parse_values(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return dict(initial or {}) != parse_values(data or "")


def content_fields() -> dict[str, forms.Field]:
    """All fields, by name."""
    fields = {}
    for slot in SLOTS:
        for name, field in _fields().items():
            if slot in _PLACES:
                field.label = format_lazy("{} · {}", _PLACES[slot], field.label or "")
            fields[f"{slot}_{name}"] = field
    return fields


def offer_variables(fields: Mapping[str, forms.Field], application: Application | None) -> None:
    """Give the fields of words a button for each fact that the application's company has, its own ones too."""
    labels = services.variable_labels(application)
    buttons = [{"name": name, "label": label} for name, label in labels.items()]
    # In the language of the words, which may be another one than that of the page.
    usual = {"zh": "同事", "en": "colleague"}
    for slot in SLOTS:
        offered = json.dumps(buttons, ensure_ascii=False), usual[slot.partition("_")[2]]
        attrs = fields[f"{slot}_text"].widget.attrs
        attrs["data-variables"], attrs["data-variable-default"] = offered
        fields[f"{slot}_card"].widget.variables = offered


def names_of(slot: str) -> tuple[str, ...]:
    return tuple(f"{slot}_{name}" for name in FIELDS)


def conditions() -> dict[str, str]:
    """When each field is shown, for the admin's script; without a script all are."""
    shown = {}
    for slot, (variant, _language) in SLOTS.items():
        for name in FIELDS:
            parts = [sent_as(kind for kind in kinds() if name in kind.fields)]
            parts += ["compare"] if variant == "B" else []
            shown[f"{slot}_{name}"] = " && ".join(f"({part})" for part in parts)
    return shown


def sent_as(chosen: Iterable[ContentKind]) -> str:
    """Whether one of these kinds is chosen, for the same script."""
    return " || ".join(f"content_type === '{kind.name}'" for kind in chosen)


def initial_of(contents: Mapping[tuple[str, str], CampaignContent]) -> dict[str, Any]:
    """Initial values of the fields for the contents of a campaign, by variant and language."""
    initial: dict[str, Any] = {}
    for slot, key in SLOTS.items():
        row = contents.get(key)
        if row is not None:
            initial |= {f"{slot}_{name}": getattr(row, name) for name in FIELDS}
    return initial


def content_of(
    slot: str, data: Mapping[str, Any], kind: ContentKind, row: CampaignContent | None
) -> CampaignContent | None:
    """The content that the fields of a slot stand for; None if nothing is entered there."""
    values = {name: data.get(f"{slot}_{name}") for name in kind.fields}
    if not any(values.values()):
        return None
    variant, language = SLOTS[slot]
    row = row or CampaignContent(variant=variant, language=language)
    row.text, row.values = values.get("text") or "", values.get("values") or {}
    row.template, row.presentation = values.get("template"), values.get("presentation")
    row.digital_human, row.flow = values.get("digital_human"), values.get("flow")
    row.literal, row.defaults = bool(values.get("literal")), bool(values.get("defaults"))
    row.mode = values.get("mode") or ""
    # A card that says the same stays as it is, and with it its approval.
    row.card = row.card if pruned(values.get("card") or {}) == pruned(row.card) else values.get("card") or {}
    row.file = values.get("file") or ""
    return row


def _fields() -> dict[str, forms.Field]:
    return {
        "text": forms.CharField(
            label=capfirst(_("text")),
            required=False,
            max_length=LONGEST,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
            help_text=_TEXT_HELP,
        ),
        "literal": _switch("literal"),
        "file": forms.FileField(label=capfirst(_("file")), required=False, widget=UnfoldAdminFileFieldWidget),
        "template": _choice(RenderTemplate, _("video template"), _("Leave it empty to have the text above spoken.")),
        "presentation": _choice(Presentation, _("presentation"), ""),
        "values": ValuesField(
            label=capfirst(_("values of its variables")),
            required=False,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "placeholder": "day = 2026-12-01"}),
            help_text=_("One a line: variable = value."),
        ),
        "defaults": _switch("defaults"),
        "digital_human": _choice(DigitalHuman, _("digital human"), _("Leave it empty for the one of the desk.")),
        "mode": forms.ChoiceField(
            label=capfirst(_("mode")),
            required=False,
            choices=[("", "---------"), *RenderMode.choices],
            widget=UnfoldAdminSelectWidget,
            help_text=_column("mode").help_text,
        ),
        "flow": _choice(Flow, _("flow"), _("The member gets its first question. Only published flows start.")),
        "card": CardField(label=capfirst(_("card")), required=False),
    }


def _switch(name: str) -> forms.BooleanField:
    column = _column(name)
    label = capfirst(column.verbose_name)
    return forms.BooleanField(label=label, required=False, widget=UnfoldBooleanSwitchWidget, help_text=column.help_text)


def _column(name: str) -> Any:
    return CampaignContent._meta.get_field(name)


def _choice(model: type[Model], label: Any, help_text: Any) -> forms.ModelChoiceField[Any]:
    return forms.ModelChoiceField(
        model._default_manager.all(),
        label=capfirst(label),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=help_text,
    )
