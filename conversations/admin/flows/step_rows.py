"""The steps of a flow as rows of its page: one choice has kind and kind of answer, and an empty name fills itself."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from conversations.flows import default_names
from conversations.machine.nodes.node import Node
from conversations.machine.nodes.registry import asks, has_answer, kind_named, kinds, usual_kind
from conversations.models import State

GAP = 10
TYPES = State.Type
ASKS_FOR = {
    TYPES.TEXT: _("ask for a text"),
    TYPES.CHOICE: _("ask with choices"),
    TYPES.YES_NO: _("ask yes or no"),
    TYPES.NUMBER: _("ask for a number"),
    TYPES.DATE: _("ask for a date"),
    TYPES.TIME: _("ask for a time"),
    TYPES.DATETIME: _("ask for a date with time"),
    TYPES.PHONE: _("ask for a mobile number"),
    TYPES.EMAIL: _("ask for an e-mail address"),
    TYPES.MEMBER: _("ask for a member"),
    TYPES.DEPARTMENT: _("ask for a department"),
    TYPES.PICTURE: _("ask for a picture"),
    TYPES.FILE: _("ask for a file"),
}


def does() -> list[tuple[str, Any]]:
    """The choices of a row: each kind of step, and for one that asks each kind of answer."""
    return [pair for kind in kinds() for pair in _choices(kind)]


def _choices(kind: type[Node]) -> list[tuple[str, Any]]:
    if not kind.asks:
        return [(kind.kind, _(kind.does))]
    return [(f"{kind.kind}:{slot_type}", label) for slot_type, label in ASKS_FOR.items()]


def _first() -> str:
    """The choice of a new row."""
    return str(does()[0][0])


class StateRowForm(forms.ModelForm[State]):
    """A step as a row in its flow. “What it does” includes the kind of answer; an empty name comes from the text."""

    kind = forms.ChoiceField(
        label=State._meta.get_field("kind").verbose_name,
        choices=does,
        initial=_first,
        widget=UnfoldAdminSelectWidget(attrs={"style": "min-width: 10.5rem"}),
    )

    class Meta:
        model = State
        fields = ("position", "text", "kind", "choices", "name")
        widgets = {
            "position": UnfoldAdminIntegerFieldWidget(attrs={"style": "width: 3.75rem; min-width: 0"}),
            "name": UnfoldAdminTextInputWidget(attrs={"style": "min-width: 7rem", "placeholder": _("from the text")}),
            "text": UnfoldAdminTextareaWidget(attrs={"rows": 2, "style": "min-width: 12rem"}),
            "choices": UnfoldAdminTextareaWidget(
                attrs={"rows": 2, "style": "min-width: 9rem", "placeholder": _("one a line")}
            ),
        }
        help_texts = {"text": "", "choices": "", "name": "", "position": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "position"):
            if name in self.fields:
                self.fields[name].required = False
        self.initial["kind"] = self._does()
        if self.instance.pk is None:
            self.initial["position"] = None

    def clean_kind(self) -> str:
        """The kind alone; the kind of answer goes to its own field."""
        kind, _colon, slot_type = str(self.cleaned_data["kind"]).partition(":")
        self.instance.slot_type = slot_type or self.instance.slot_type
        return kind

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "name" in self.fields and "name" not in self.errors and not data.get("name"):
            kind = kind_named(data["kind"]) if data.get("kind") else usual_kind()
            data["name"] = default_names.step_name(data.get("text") or "", gettext(kind.does))
        return data

    def _does(self) -> str:
        kind, slot_type = self.instance.kind, self.instance.slot_type
        return f"{kind}:{slot_type}" if asks(kind) else kind


class StateFormSet(PaginationInlineFormSet):
    """The steps of a flow. A new one without a position comes last, and gets a key and a name for its answer."""

    def clean(self) -> None:
        rows = [form for form in self.forms if hasattr(form, "cleaned_data") and not self._goes(form)]
        last = max((form.cleaned_data.get("position") or 0 for form in rows), default=0)
        keys, answers = ({getattr(form.instance, name) for form in rows} - {""} for name in ("key", "slot"))
        for form in rows:
            if form.has_changed() or form.instance.pk:
                if form.cleaned_data.get("position") is None:
                    last += GAP
                    form.cleaned_data["position"] = form.instance.position = last
                _name(form.instance, keys, answers)
        super().clean()

    def _goes(self, form: Any) -> bool:
        return bool(self.can_delete and self._should_delete_form(form))


def _name(step: State, keys: set[str], answers: set[str]) -> None:
    """Give a step the names that it lacks; `keys` and `answers` are those of the others, and get them too."""
    if not step.key:
        step.key = default_names.step_key(step.name, step.kind, keys)
    if has_answer(step.kind) and not step.slot:
        step.slot = default_names.answer_name(step.name, step.text, answers)
    keys.add(step.key)
    answers.add(step.slot)
