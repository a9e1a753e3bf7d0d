"""The words of a campaign as fields: for each language and variant the same ones, of which its kind needs a few."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from avatars.models import DigitalHuman, Presentation, RenderTemplate
from conversations.models import Flow
from scheduling.admin.forms import ValuesField
from scheduling.models import Campaign, CampaignContent
from scheduling.schedules.personalisation import variable_labels
from wecom.models import Application

KIND = Campaign.ContentType
SLOTS: Mapping[str, tuple[str, str]] = {
    "a_zh": ("A", "zh-hans"),
    "a_en": ("A", "en"),
    "b_zh": ("B", "zh-hans"),
    "b_en": ("B", "en"),
}
"""The fields of a form by their prefix: a variant in a language."""

USED_BY: Mapping[str, tuple[str, ...]] = {
    "text": (KIND.TEXT, KIND.MARKDOWN, KIND.VIDEO),
    "file": (KIND.IMAGE, KIND.FILE),
    "template": (KIND.VIDEO,),
    "presentation": (KIND.VIDEO,),
    "values": (KIND.VIDEO,),
    "digital_human": (KIND.VIDEO,),
    "flow": (KIND.FLOW,),
    "card_kind": (KIND.CARD,),
    "card_title": (KIND.CARD,),
    "card_description": (KIND.CARD,),
    "card_url": (KIND.CARD,),
    "card_picture": (KIND.CARD,),
    "card_json": (KIND.CARD,),
}
"""Each field with the kinds of content that need it."""

TEXT_CARD, NEWS, OTHER = "textcard", "news", "other"
CARD_KINDS = ((TEXT_CARD, _("text card")), (NEWS, _("news with a picture")), (OTHER, _("another card, as JSON")))
CARD_FIELDS: Mapping[str, str] = {
    "card_title": f"{{kind}} !== '{OTHER}'",
    "card_description": f"{{kind}} !== '{OTHER}'",
    "card_url": f"{{kind}} !== '{OTHER}'",
    "card_picture": f"{{kind}} === '{NEWS}'",
    "card_json": f"{{kind}} === '{OTHER}'",
}
LONGEST = 4096
_TEXT_HELP = _("{{name|colleague}} is the member's name, or “colleague” where it is unknown.")
_WITH_VARIABLES = ("text", "card_title", "card_description")
_PLACES: Mapping[str, Any] = {"b_zh": _("Variant B in Chinese"), "b_en": _("Variant B in English")}


def content_fields() -> dict[str, forms.Field]:
    """All fields, by name."""
    found = {}
    for slot in SLOTS:
        for name, field in _fields().items():
            if slot in _PLACES:
                field.label = format_lazy("{} · {}", _PLACES[slot], field.label or "")
            found[f"{slot}_{name}"] = field
    return found


def offer_variables(fields: Mapping[str, forms.Field], application: Application | None) -> None:
    """Give the fields of words a button for each fact that the application's company has, its own ones too."""
    labels = variable_labels(application)
    buttons = [{"name": name, "label": label} for name, label in labels.items()]
    # In the language of the words, which may be another one than that of the page.
    usual = {"zh": "同事", "en": "colleague"}
    for slot in SLOTS:
        for name in _WITH_VARIABLES:
            attrs = fields[f"{slot}_{name}"].widget.attrs
            attrs["data-variables"] = json.dumps(buttons, ensure_ascii=False)
            attrs["data-variable-default"] = usual[slot.partition("_")[2]]


def names_of(slot: str) -> tuple[str, ...]:
    return tuple(f"{slot}_{name}" for name in USED_BY)


def conditions() -> dict[str, str]:
    """When each field is shown, for the admin's script; without a script all are."""
    shown = {}
    for slot, (variant, _language) in SLOTS.items():
        for name, kinds in USED_BY.items():
            parts = [" || ".join(f"content_type === '{kind}'" for kind in kinds)]
            parts += [CARD_FIELDS[name].format(kind=f"{slot}_card_kind")] if name in CARD_FIELDS else []
            parts += ["compare"] if variant == "B" else []
            shown[f"{slot}_{name}"] = " && ".join(f"({part})" for part in parts)
    return shown


def initial_of(contents: Mapping[tuple[str, str], CampaignContent]) -> dict[str, Any]:
    """What the fields show for the contents of a campaign, by variant and language."""
    found: dict[str, Any] = {}
    for slot, key in SLOTS.items():
        row = contents.get(key)
        if row is not None:
            values = {name: getattr(row, name) for name in USED_BY if not name.startswith("card_")}
            found |= {f"{slot}_{name}": value for name, value in {**values, **_shown_card(row.card)}.items()}
    return found


def content_of(slot: str, data: Mapping[str, Any], kind: str, row: CampaignContent | None) -> CampaignContent | None:
    """The content that the fields of a slot stand for; None if nothing is entered there."""
    given = {name: data.get(f"{slot}_{name}") for name, kinds in USED_BY.items() if kind in kinds}
    if not any(value for name, value in given.items() if name != "card_kind"):
        return None
    variant, language = SLOTS[slot]
    row = row or CampaignContent(variant=variant, language=language)
    row.text, row.values = given.get("text") or "", given.get("values") or {}
    row.template, row.presentation = given.get("template"), given.get("presentation")
    row.digital_human, row.flow = given.get("digital_human"), given.get("flow")
    row.card = _card(given) if kind == KIND.CARD else {}
    row.file = given.get("file") or "" if kind in USED_BY["file"] else ""
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
        "file": forms.FileField(label=capfirst(_("file")), required=False, widget=UnfoldAdminFileFieldWidget),
        "template": _choice(RenderTemplate, _("video template"), _("Leave it empty to have the text above spoken.")),
        "presentation": _choice(Presentation, _("presentation"), ""),
        "values": ValuesField(
            label=capfirst(_("values of its variables")),
            required=False,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "placeholder": "day = 2026-12-01"}),
            help_text=_("One a line: variable = value."),
        ),
        "digital_human": _choice(DigitalHuman, _("digital human"), _("Leave it empty for the one of the desk.")),
        "flow": _choice(Flow, _("flow"), _("The member gets its first question. Only published flows start.")),
        **_card_fields(),
    }


def _card_fields() -> dict[str, forms.Field]:
    line, area = UnfoldAdminTextInputWidget, UnfoldAdminTextareaWidget
    return {
        "card_kind": forms.ChoiceField(
            label=capfirst(_("kind of card")), choices=CARD_KINDS, required=False, widget=UnfoldAdminSelectWidget
        ),
        "card_title": forms.CharField(label=capfirst(_("title")), required=False, max_length=128, widget=line),
        "card_description": forms.CharField(
            label=capfirst(_("description")), required=False, max_length=512, widget=area(attrs={"rows": 3})
        ),
        "card_url": forms.CharField(
            label=capfirst(_("link")),
            required=False,
            max_length=2048,
            widget=line(attrs={"placeholder": "https://"}),
            help_text=_("The page that a press on the card opens."),
        ),
        "card_picture": forms.CharField(
            label=capfirst(_("address of the picture")),
            required=False,
            max_length=2048,
            widget=line(attrs={"placeholder": "https://"}),
        ),
        "card_json": forms.JSONField(
            label=capfirst(_("card as JSON")),
            required=False,
            widget=area(attrs={"rows": 6, "placeholder": '{"kind": "text_notice", …}', "spellcheck": "false"}),
            help_text=_("As the REST API takes it, with its “kind”."),
        ),
    }


def _choice(model: type[Model], label: Any, help_text: Any) -> forms.ModelChoiceField[Any]:
    return forms.ModelChoiceField(
        model._default_manager.all(),
        label=capfirst(label),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=help_text,
    )


def _card(given: Mapping[str, Any]) -> dict[str, Any]:
    """The card of the fields, as `campaigns.content.compose` takes it."""
    kind = given.get("card_kind") or TEXT_CARD
    if kind == OTHER:
        card = given.get("card_json") or {}
        return dict(card) if isinstance(card, dict) else {}
    words = {name: given.get(f"card_{name}") or "" for name in ("title", "description", "url")}
    if kind == TEXT_CARD:
        return {"kind": kind, **words}
    picture = given.get("card_picture") or ""
    return {"kind": kind, "articles": [{**words, **({"picture_url": picture} if picture else {})}]}


def _shown_card(card: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields show for a card: its parts if they can, else its JSON."""
    articles = card.get("articles") or [{}]
    parts = card if card.get("kind") == TEXT_CARD else articles[0]
    names = {"title": "card_title", "description": "card_description", "url": "card_url", "picture_url": "card_picture"}
    plain = card.get("kind") == TEXT_CARD or (card.get("kind") == NEWS and len(articles) == 1)
    if not card or (plain and {*parts} - {"kind"} <= names.keys()):
        return {"card_kind": card.get("kind") or TEXT_CARD, **{names[n]: v for n, v in parts.items() if n in names}}
    return {"card_kind": OTHER, "card_json": json.loads(json.dumps(card))}
