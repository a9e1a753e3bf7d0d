"""Forms of flows: the pages of a flow and of a step, and transitions."""

from typing import Any

from django import forms
from django.db.models import Max
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from conversations.admin.flows import second_language, subflow_answers
from conversations.flows import default_names
from conversations.machine.nodes.registry import has_answer, kind_named, usual_kind
from conversations.models import OF_FLOWS, OF_STEPS, Flow, State, Transition
from conversations.validators import registered
from conversations.wording import formula_texts
from core.text.placeholders import parse_values
from core.text.slot_values import SlotType, fold_text, parse_choices

STEP = 10
FORMULA = 'if(days > 3, "long", "short")'
NARROW = {"style": "width: 4.5rem; min-width: 0"}


class FlowForm(forms.ModelForm[Flow]):
    """A flow's own fields."""

    class Meta:
        model = Flow
        fields = (
            *("name", "description", "language", "also_in", "enabled", "triggers", "command", "menu_key"),
            *("event", "card_key", "departments"),
            *("expire_after", "expire_text"),
        )
        help_texts = {
            "triggers": _(
                "Messages that start it, one a line, like “create video”. In a line with *, the star stands for any "
                "words: I need * leave. A line that begins with / is another name of its command."
            )
        }
        widgets = {
            "triggers": UnfoldAdminTextareaWidget(attrs={"rows": 3, "placeholder": "制作视频\ncreate video"}),
            "expire_text": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "also_in" in self.fields:
            second_language.add_fields(self, OF_FLOWS, self.instance.also_in)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        second_language.keep_texts(self, data.get("also_in") or "")
        return data


class StateForm(forms.ModelForm[State]):
    """A step on its own page and beside the graph. An empty name is made from its text, its key and the name of its
    answer from that."""

    class Meta:
        model = State
        fields = (
            *("flow", "position", "name", "key", "kind", "form", "title", "text", "link", "picture_url"),
            *("file", "second_file"),
            *("slot", "slot_type", "choices", "as_card"),
            *("minimum", "maximum", "file_types", "validator", "retry_text", "retries"),
            *("mode", "digital_human", "template", "presentation"),
            *("values", "topic", "formula", "wait_for", "wait_unit"),
            *("method", "url", "headers", "body", "seconds", "attempts", "results"),
            *("subflow", "given", "taken"),
            *("remind_after", "reminder", "expire_after"),
        )
        widgets = {
            "text": UnfoldAdminTextareaWidget(attrs={"rows": 4}),
            "choices": UnfoldAdminTextareaWidget(
                attrs={"rows": 5, "placeholder": "lipsync = 基础, 普通\nenhanced_talking_head = 高清, 最好"}
            ),
            "retry_text": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            "values": UnfoldAdminTextareaWidget(attrs={"rows": 3, "placeholder": "name = {{name}}\nplace = 总部"}),
            "reminder": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            "url": UnfoldAdminTextInputWidget(attrs={"placeholder": "https://oa.example.com/leaves"}),
            "headers": UnfoldAdminTextareaWidget(
                attrs={"rows": 2, "placeholder": "Authorization = Bearer {{secret:OA_TOKEN}}"}
            ),
            "body": UnfoldAdminTextareaWidget(attrs={"rows": 4, "placeholder": '{"days": "{{days}}"}'}),
            "results": UnfoldAdminTextareaWidget(attrs={"rows": 2, "placeholder": "number = data.id"}),
            "formula": UnfoldAdminTextareaWidget(attrs={"rows": 2, "placeholder": FORMULA}),
        }
        help_texts = {
            "retry_text": _("Repeats the question in other words. Empty: the built-in text, then the question."),
            "reminder": _("Sent once, after that long without an answer. Empty: the built-in text."),
            "given": _("It does not ask for what is passed to it."),
            "taken": _("What is not taken over stays there."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("key", "name"):
            if name in self.fields:
                self.fields[name].required = False
        if "validator" in self.fields:
            self.fields["validator"].widget = UnfoldAdminSelectWidget(choices=self._validators())
        if "subflow" in self.fields and self.instance.flow_id:
            self.fields["subflow"].queryset = Flow.objects.exclude(pk=self.instance.flow_id)  # type: ignore[attr-defined]
            for name, widget in subflow_answers.widgets(self.instance.flow).items():
                self.fields[name].widget = widget
        self.second = self.instance.flow.also_in if self.instance.flow_id else ""
        if self.second:
            second_language.add_fields(self, (*OF_STEPS, *second_language.OF_THE_MODEL), self.second)

    def _validators(self) -> list[tuple[str, Any]]:
        """The checks in code, with the one that the step names although no code has it."""
        names = {name: validator.label for name, validator in registered.items()}
        kept = {self.instance.validator: self.instance.validator} if self.instance.validator else {}
        return [("", "---------"), *(kept | names).items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        flow = data.get("flow") or (self.instance.flow if self.instance.flow_id else None)
        if "name" in self.fields and "name" not in self.errors and not data.get("name"):
            kind = kind_named(data["kind"]) if data.get("kind") else usual_kind()
            data["name"] = default_names.step_name(data.get("text") or "", gettext(kind.does))
        others = flow.states.exclude(pk=self.instance.pk) if flow else State.objects.none()
        if "key" in self.fields and "key" not in self.errors:
            taken = set(others.values_list("key", flat=True))
            data["key"] = data.get("key") or default_names.step_key(
                data.get("name") or "", data.get("kind") or "", taken
            )
            if data["key"] in taken:
                self.add_error("key", _("Another step of this flow has this key."))
        if has_answer(data.get("kind") or "") and "slot" not in self.errors and not data.get("slot"):
            taken = set(others.values_list("slot", flat=True))
            data["slot"] = default_names.answer_name(data.get("name") or "", data.get("text") or "", taken)
        if data.get("formula") and (fault := formula_texts.refusal(data["formula"])):
            self.add_error("formula", fault)
        for formula in parse_values(data.get("given") or "").values():
            if fault := formula_texts.refusal(formula):
                self.add_error("given", fault)
        second_language.keep_texts(self, self.second)
        return data


class TransitionForm(forms.ModelForm[Transition]):
    """A transition of a step. `flow_states` are the possible targets; their answers can be tested."""

    flow_states: tuple[State, ...] = ()

    class Meta:
        model = Transition
        fields = ("position", "when", "slot", "test", "value", "target")
        widgets = {
            "position": UnfoldAdminIntegerFieldWidget(attrs=NARROW),
            "when": UnfoldAdminSelectWidget(attrs={"style": "min-width: 9rem"}),
            "test": UnfoldAdminSelectWidget(attrs={"style": "min-width: 7.5rem"}),
            "target": UnfoldAdminSelectWidget(attrs={"style": "min-width: 9rem"}),
            "value": UnfoldAdminTextInputWidget(attrs={"style": "min-width: 9rem"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "target" in self.fields:
            self.fields["target"].choices = [("", "---------"), *((state.pk, state.name) for state in self.flow_states)]  # type: ignore[attr-defined]
        if "slot" in self.fields:
            self.fields["slot"].widget = UnfoldAdminSelectWidget(
                attrs={"style": "min-width: 9rem"}, choices=self._slots()
            )
        if "position" in self.fields:
            self.fields["position"].required = False
        if self.instance.pk is None:
            self.initial["position"] = None

    def _slots(self) -> list[tuple[str, Any]]:
        """The answers that a condition can look at, by the name of the step that asks."""
        asking = (state for state in self.flow_states if state.slot and has_answer(state.kind))
        names = {state.slot: state.name for state in asking}
        if self.instance.slot:
            names.setdefault(self.instance.slot, self.instance.slot)
        return [("", _("the answer of this step")), *names.items()]

    def clean_position(self) -> int:
        """The position; by default after the state's other transitions."""
        position = self.cleaned_data.get("position")
        if position is not None:
            return int(position)
        others = Transition.objects.filter(state=self.instance.state_id) if self.instance.state_id else None
        return ((others.aggregate(last=Max("position"))["last"] or 0) if others is not None else 0) + STEP

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("test") == Transition.Test.FORMULA and (fault := formula_texts.refusal(data.get("value") or "")):
            self.add_error("value", fault)
        slot = self._slot(data)
        asked = next((state for state in self.flow_states if slot and state.slot == slot), None)
        if asked is not None and data.get("value"):
            data["value"] = _kept(asked, data["value"])
        return data

    def _slot(self, data: dict[str, Any]) -> str:
        if data.get("test") == Transition.Test.FORMULA:
            return ""
        own = next((state.slot for state in self.flow_states if state.pk == self.instance.state_id), "")
        return data.get("slot") or own


def _kept(state: State, written: str) -> str:
    """The value of a choice, which may be written as its label."""
    if state.slot_type == SlotType.YES_NO:
        return {"是": "yes", "否": "no"}.get(written.strip(), written.strip().lower())
    choices = parse_choices(state.choices) if state.slot_type == SlotType.CHOICE else ()
    wanted = fold_text(written)
    meant = (choice.value for choice in choices if wanted in {fold_text(choice.label), fold_text(choice.value)})
    return next(meant, written)
