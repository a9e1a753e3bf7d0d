"""Forms of the digital humans: a portrait is checked before it is stored, and a script before it is spoken."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from avatars import reasons, services
from avatars.exceptions import AvatarError, PortraitError, ScriptError
from avatars.models import DigitalHuman

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
            *("name", "portrait", "voice", "speed", "mode"),
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
        try:
            return services.check_script(self.cleaned_data["text"])
        except ScriptError as error:
            raise forms.ValidationError(str(error), code=error.code) from error


def sample_text(human: DigitalHuman) -> str:
    """A sentence to try a digital human with."""
    return gettext("Hello, I am %(name)s. Nice to meet you.") % {"name": human.name}
