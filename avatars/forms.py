"""Forms of the digital humans: a portrait is checked before it is stored, and a script before it is spoken."""

from copy import copy
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from avatars import reasons, services
from avatars.exceptions import AvatarError, PortraitError, ScriptError
from avatars.models import DigitalHuman, Render, RenderMode

UNUSABLE = reasons.UNUSABLE
# What the check of a portrait says of one that will do, but could be better.
WARNINGS = (
    gettext_noop("There are smaller faces in the background; they will not move."),
    gettext_noop("The face is turned to a side; its lips will move less."),
    gettext_noop("The face is small; the video will look better with a closer picture."),
)


class DigitalHumanForm(forms.ModelForm[DigitalHuman]):
    """Refuses a portrait that cannot be animated, saying why and what to do; `warnings` are for one that will do."""

    class Meta:
        model = DigitalHuman
        fields = (
            *("name", "portrait", "voice", "speed", "pause", "mode"),
            *("format", "background_color", "background", "captions"),
        )
        help_texts = {
            "name": _("As people see it in conversations and as the title of its files."),
            "speed": _("1 is the voice's own speed; 0.8 is slow, 1.2 brisk."),
            "mode": _("The head moves more naturally in the last mode; the first is the fastest."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warnings: tuple[str, ...] = ()

    def clean_portrait(self) -> Any:
        portrait = self.cleaned_data.get("portrait")
        if isinstance(portrait, UploadedFile):
            try:
                found = services.check_portrait(portrait.read())
                self.warnings = tuple(gettext(words) for words in found)
            except PortraitError as error:
                raise forms.ValidationError(UNUSABLE.get(error.code, str(error)), code=error.code) from error
            except AvatarError as error:
                raise forms.ValidationError(str(error), code=error.code) from error
            finally:
                portrait.seek(0)
        return portrait


class SampleForm(BaseDialogForm):  # type: ignore[misc]
    """What a digital human shall say to try it out."""

    text = forms.CharField(label=_("text"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        human = DigitalHuman.objects.filter(pk=self.object_id).first()
        self.fields["text"].initial = sample_text(human) if human else ""

    def clean_text(self) -> str:
        return checked_script(self.cleaned_data["text"])


def checked_script(text: str) -> str:
    """A script that can be spoken, for a form."""
    try:
        return services.check_script(text)
    except ScriptError as error:
        raise forms.ValidationError(str(error), code=error.code) from error


def sample_text(human: DigitalHuman) -> str:
    """A sentence to try a digital human with."""
    return gettext("Hello, I am %(name)s. Nice to meet you.") % {"name": human.name}


# What a preview may change without anything being stored.
PREVIEWED = ("voice", "speed", "pause", "mode", "format", "background_color", "captions")


def preview_form(human: DigitalHuman, data: Any) -> forms.ModelForm[DigitalHuman]:
    """The fields of a digital human's page that can be tried before they are kept; pictures are those that were saved.

    Its `instance` is a copy that nobody saves.
    """
    kind = forms.modelform_factory(DigitalHuman, form=forms.ModelForm, fields=PREVIEWED)
    return kind(data, instance=copy(human))


class ComparisonForm(forms.Form):
    """The same words of the same digital human in two modes."""

    digital_human = forms.ModelChoiceField(
        DigitalHuman.objects.order_by("name"), label=_("digital human"), widget=UnfoldAdminSelectWidget
    )
    text = forms.CharField(label=_("script"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))
    one = forms.ChoiceField(label=_("mode on the left"), choices=RenderMode, widget=UnfoldAdminSelectWidget)
    other = forms.ChoiceField(label=_("mode on the right"), choices=RenderMode, widget=UnfoldAdminSelectWidget)

    @staticmethod
    def suggestion(key: str) -> dict[str, Any]:
        """What to begin with: the digital human with that key, else the first, its greeting, its mode and another."""
        humans = DigitalHuman.objects.select_related("voice").order_by("name")
        human = humans.filter(pk=key).first() if key.isdecimal() else humans.first()
        if human is None:
            return {}
        other = next(mode for mode in RenderMode.values if mode != human.mode)
        return {"digital_human": human, "text": human.voice.sample_text, "one": human.mode, "other": other}

    def clean_text(self) -> str:
        return checked_script(self.cleaned_data["text"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("one") == found.get("other"):
            self.add_error("other", _("Choose another mode than on the left."))
        return found

    def request_both(self) -> list[Render]:
        """The two renders. Raises `AvatarError`, and then asks for neither."""
        found = self.cleaned_data
        with transaction.atomic():
            return [
                services.request_render(found["digital_human"], found["text"], mode=found[side], priority=services.TEST)
                for side in ("one", "other")
            ]
