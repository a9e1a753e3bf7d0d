"""The steps of a flow as rows of its page: each says what it does in one choice, and names itself."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from conversations.flows import default_names
from conversations.models import State

GAP = 10
KINDS, TYPES = State.Kind, State.Type
KEEPING = (KINDS.ASK, KINDS.SET)
DOES = (
    (f"{KINDS.ASK}:{TYPES.TEXT}", _("ask for a text")),
    (f"{KINDS.ASK}:{TYPES.CHOICE}", _("ask with choices")),
    (f"{KINDS.ASK}:{TYPES.YES_NO}", _("ask yes or no")),
    (f"{KINDS.ASK}:{TYPES.NUMBER}", _("ask for a number")),
    (f"{KINDS.ASK}:{TYPES.DATE}", _("ask for a date")),
    (f"{KINDS.ASK}:{TYPES.TIME}", _("ask for a time")),
    (f"{KINDS.ASK}:{TYPES.DATETIME}", _("ask for a date with time")),
    (f"{KINDS.ASK}:{TYPES.PHONE}", _("ask for a mobile number")),
    (f"{KINDS.ASK}:{TYPES.EMAIL}", _("ask for an e-mail address")),
    (f"{KINDS.ASK}:{TYPES.MEMBER}", _("ask for a member")),
    (f"{KINDS.ASK}:{TYPES.DEPARTMENT}", _("ask for a department")),
    (f"{KINDS.ASK}:{TYPES.PICTURE}", _("ask for a picture")),
    (f"{KINDS.ASK}:{TYPES.FILE}", _("ask for a file")),
    *((kind.value, kind.label) for kind in KINDS if kind != KINDS.ASK),
)


class StateRowForm(forms.ModelForm[State]):
    """A step as a row in its flow. “What it does” includes the kind of answer; an empty name comes from the text."""

    kind = forms.ChoiceField(
        label=State._meta.get_field("kind").verbose_name,
        choices=DOES,
        initial=DOES[0][0],
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
            kind = data.get("kind") or KINDS.ASK
            data["name"] = default_names.step_name(data.get("text") or "", str(KINDS(kind).label))
        return data

    def _does(self) -> str:
        kind, slot_type = self.instance.kind, self.instance.slot_type
        return f"{kind}:{slot_type}" if kind == KINDS.ASK else str(kind)


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
    if step.kind in KEEPING and not step.slot:
        step.slot = default_names.answer_name(step.name, step.text, answers)
    keys.add(step.key)
    answers.add(step.slot)
