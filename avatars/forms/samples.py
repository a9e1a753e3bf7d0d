"""Forms to try a digital human out, in one video or in several beside each other."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from avatars import services
from avatars.exceptions import ConsentError, ScriptError
from avatars.models import DigitalHuman, Render, RenderMode


class SampleForm(BaseDialogForm):  # type: ignore[misc]
    """The script of a digital human to try it out."""

    text = forms.CharField(label=capfirst(_("text")), widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        human = DigitalHuman.objects.filter(pk=self.object_id).first()
        self.fields["text"].initial = sample_text(human) if human else ""

    def clean_text(self) -> str:
        human = DigitalHuman.objects.filter(pk=self.object_id).first()
        if human is not None:
            check_consent(human)
        return checked_script(self.cleaned_data["text"])


def check_consent(human: DigitalHuman) -> None:
    """Refuses, in a form, one who may not be shown."""
    try:
        services.decide_consent(human)
    except ConsentError as error:
        raise forms.ValidationError(str(error), code=error.code) from error


def checked_script(text: str) -> str:
    """A script that can be spoken, for a form."""
    try:
        return services.check_script(text)
    except ScriptError as error:
        raise forms.ValidationError(str(error), code=error.code) from error


def sample_text(human: DigitalHuman) -> str:
    """A sentence to try a digital human with."""
    return gettext("Hello, I am %(name)s. Nice to meet you.") % {"name": human.name}


class ComparisonForm(forms.Form):
    """The same words of the same digital human in two modes."""

    digital_human = forms.ModelChoiceField(
        DigitalHuman.objects.order_by("name"), label=capfirst(_("digital human")), widget=UnfoldAdminSelectWidget
    )
    text = forms.CharField(label=capfirst(_("script")), widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))
    one = forms.ChoiceField(label=capfirst(_("mode on the left")), choices=RenderMode, widget=UnfoldAdminSelectWidget)
    other = forms.ChoiceField(
        label=capfirst(_("mode on the right")), choices=RenderMode, widget=UnfoldAdminSelectWidget
    )

    @staticmethod
    def suggestion(key: str) -> dict[str, Any]:
        """The initial values: the digital human with that key, else the first, its greeting, its mode and another."""
        humans = DigitalHuman.objects.select_related("voice").order_by("name")
        human = humans.filter(pk=key).first() if key.isdecimal() else humans.first()
        if human is None:
            return {}
        other = next(mode for mode in RenderMode.values if mode != human.mode)
        return {"digital_human": human, "text": human.voice.sample_text, "one": human.mode, "other": other}

    def clean_text(self) -> str:
        return checked_script(self.cleaned_data["text"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("one") == cleaned.get("other"):
            self.add_error("other", _("Choose another mode than on the left."))
        return cleaned

    def request_both(self) -> list[Render]:
        """The two renders. Raises `AvatarError`, and then asks for neither."""
        cleaned = self.cleaned_data
        with transaction.atomic():
            return [
                services.request_render(
                    cleaned["digital_human"], cleaned["text"], mode=cleaned[side], priority=services.TEST
                )
                for side in ("one", "other")
            ]


class EngineComparisonForm(forms.Form):
    """The same words of the same digital human by several render engines."""

    digital_human = forms.ModelChoiceField(
        DigitalHuman.objects.order_by("name"), label=capfirst(_("digital human")), widget=UnfoldAdminSelectWidget
    )
    text = forms.CharField(label=capfirst(_("script")), widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}))

    def __init__(self, *args: Any, ready: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["engines"] = forms.MultipleChoiceField(
            label=capfirst(_("engines")),
            choices=[(name, name) for name in ready],
            initial=list(ready),
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
            error_messages={"required": _("Choose at least one engine.")},
        )

    @staticmethod
    def suggestion() -> dict[str, Any]:
        """The initial values: the first digital human that may be shown, and its greeting."""
        humans = DigitalHuman.objects.select_related("voice").order_by("pk")
        human = services.allowed_humans(humans).first() or humans.first()
        return {"digital_human": human, "text": human.voice.sample_text} if human else {}

    def clean_text(self) -> str:
        return checked_script(self.cleaned_data["text"])

    def request_all(self) -> list[Render]:
        """A render by each engine. Raises `AvatarError`, and then asks for none."""
        cleaned = self.cleaned_data
        return services.compare_engines(cleaned["digital_human"], cleaned["text"], cleaned["engines"])
