"""Forms of the digital humans: a portrait is checked before it is stored, and a script before it is spoken."""

from copy import copy
from typing import Any

from django import forms
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from avatars import services
from avatars.exceptions import AvatarError, ConsentError, ScriptError
from avatars.models import OURS, Consent, DigitalHuman, Render, RenderMode, Voice, voice_identity
from avatars.reasons.render import REMARKS, UNUSABLE
from avatars.thumbnails import portrait_thumb

PORTRAIT_GONE = _("The picture of %(name)s is not there any more. Upload one first.")
COVERS_NOTHING = _("Choose at least one digital human or one voice that the person agrees to.")
CHOOSE_ORIGIN = _("Say whose voice it is: cloned from a person, or nobody's.")
MAY_NOT_STATE = _("Only those who may record consents may state this.")
DRAWN, SYNTHETIC = DigitalHuman.Origin.DRAWN, Voice.Origin.SYNTHETIC
ENDS_BEFORE = _("It ends before it begins. Choose a later day, or leave it empty.")


class PortraitField(forms.ImageField):
    """A picture that is not checked yet: `services.check_portrait` explains in better words what is wrong with it."""

    def to_python(self, data: Any) -> Any:
        return super(forms.ImageField, self).to_python(data)


class DigitalHumanForm(forms.ModelForm[DigitalHuman]):
    """Refuses a portrait that cannot be animated, saying why and what to do; `warnings` are for one that will do."""

    class Meta:
        model = DigitalHuman
        fields = (
            *("name", "portrait", "voice", "speed", "pause", "mode"),
            *("format", "background_color", "background", "captions"),
            *("logo", "logo_corner", "logo_size", "logo_opacity", "intro", "outro"),
        )
        field_classes = {"portrait": PortraitField}
        help_texts = {
            "name": _("As people see it in conversations and as the title of its files."),
            "speed": _("1 is the voice's own speed; 0.8 is slow, 1.2 brisk."),
            "mode": _("The head moves more naturally in the last mode; the first is the fastest."),
        }

    face = forms.IntegerField(required=False, min_value=0, max_value=99, widget=forms.HiddenInput)
    origin = forms.ChoiceField(
        label=capfirst(_("origin")),
        required=False,
        choices=DigitalHuman.Origin.choices,
        widget=UnfoldAdminSelectWidget,
        help_text=_(
            "Animating a photo requires the consent of its person. “Drawn” states that the picture shows no real "
            "person; your name is recorded. A new picture needs a new statement."
        ),
    )
    origin_reason = forms.CharField(
        label=capfirst(_("why it shows no real person")),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Required for “drawn” if the picture looks like a photograph."),
    )
    may_state = False
    """Whether the user has the right to record consents; the admin sets it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warnings: tuple[str, ...] = ()
        self.photographic: bool | None = None
        self.was_drawn = not self.instance._state.adding and services.is_drawn(self.instance)
        self.initial.setdefault("origin", DRAWN if self.was_drawn else DigitalHuman.Origin.PHOTOGRAPH)
        is_kept = not self.instance._state.adding and "portrait" in self.fields
        if is_kept and services.missing_portraits([self.instance]):
            # There is nothing to show, and the rest of the form can be saved without.
            self.initial["portrait"], self.fields["portrait"].required = None, False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        portrait = data.get("portrait")
        if isinstance(portrait, UploadedFile):
            try:
                found, data["portrait"] = services.check_portrait(portrait, face=data.get("face"))
                self.warnings = tuple(str(REMARKS[code]) for code in found.remarks)
                self.photographic = found.photographic
            except AvatarError as error:
                words = UNUSABLE.get(error.code, str(error))
                self.add_error("portrait", forms.ValidationError(words, code=error.code))
        voice = data.get("voice")
        if voice is not None and not services.engine_voice_allowed(voice.engine, voice.key):
            self.warnings += (
                gettext("No active consent covers its voice, which is cloned: it stays silent until then."),
            )
        if not self.errors:
            self._clean_origin(data)
        return data

    @property
    def states_drawn(self) -> bool:
        """Whether saving the form states anew that the picture is drawn."""
        has_new = isinstance(self.cleaned_data.get("portrait"), File) and "portrait" in self.changed_data
        return self.cleaned_data.get("origin") == DRAWN and (has_new or not self.was_drawn) and self.may_state

    def _clean_origin(self, data: dict[str, Any]) -> None:
        if data.get("origin") != DRAWN:
            return
        if not self.was_drawn and not self.may_state:
            self.add_error("origin", forms.ValidationError(MAY_NOT_STATE, code="statement_forbidden"))
        elif self.states_drawn:
            if "portrait" not in self.changed_data:
                self.photographic = services.looks_photographed(self.instance)
            try:
                services.check_drawn(self.photographic, data.get("origin_reason", ""))
            except ConsentError as error:
                self.add_error("origin_reason", forms.ValidationError(error.message, code=error.code))
        elif "portrait" in self.changed_data:
            self.warnings += (gettext("The statement was about the earlier picture. This one needs a consent."),)


class VoiceForm(forms.ModelForm[Voice]):
    """A voice, with its origin, which is required; built-in voices are synthetic."""

    class Meta:
        model = Voice
        fields = ("name", "name_en", "engine", "key", "gender", "language", "notes", "notes_en", "sample")

    origin = forms.ChoiceField(
        label=capfirst(_("origin")),
        required=False,
        choices=[("", "---------"), *Voice.Origin.choices],
        widget=UnfoldAdminSelectWidget,
        help_text=_(
            "A cloned voice requires the consent of its person. “Synthetic” states that it is no real person's voice; "
            "your name is recorded. Another engine or name needs a new statement."
        ),
    )
    origin_reason = forms.CharField(
        label=capfirst(_("why it is no real person's voice")),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Required for “synthetic”, unless the voice is built in."),
    )
    may_state = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stated_key = self.instance.identity if self.instance.pk and services.is_synthetic(self.instance) else ""
        if self.instance.pk is not None:
            self.initial["origin"] = SYNTHETIC if self.stated_key else Voice.Origin.CLONED

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("origin") and data.get("engine") == OURS:
            data["origin"] = SYNTHETIC
        elif not data.get("origin"):
            self.add_error("origin", forms.ValidationError(CHOOSE_ORIGIN, code="required"))
        elif self.states_synthetic and data.get("engine") != OURS:
            self._check_statement(data)
        return data

    @property
    def states_synthetic(self) -> bool:
        """Whether saving the form states anew that the voice is nobody's."""
        data = self.cleaned_data
        key = voice_identity(str(data.get("engine")), str(data.get("key")))
        return data.get("origin") == SYNTHETIC and key != self.stated_key

    def _check_statement(self, data: dict[str, Any]) -> None:
        if not self.may_state:
            self.add_error("origin", forms.ValidationError(MAY_NOT_STATE, code="statement_forbidden"))
        elif not data.get("origin_reason", "").strip():
            words = gettext("Say how you know that it is no real person's voice.")
            self.add_error("origin_reason", forms.ValidationError(words, code="reason_missing"))


class HumansField(forms.ModelMultipleChoiceField[DigitalHuman]):
    """Digital humans to tick, each with its face."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def label_from_instance(self, human: DigitalHuman) -> str:
        return format_html("{} {}", portrait_thumb(human), human.name)


class ConsentForm(forms.ModelForm[Consent]):
    """A consent to record, for the pictures that its digital humans have now."""

    humans = HumansField(
        label=capfirst(_("digital humans")),
        queryset=DigitalHuman.objects.photographs().order_by("name"),
        required=False,
        help_text=_("It covers the picture that each has now. Another picture needs another consent."),
    )
    voices = forms.ModelMultipleChoiceField(
        label=capfirst(_("voices")),
        queryset=Voice.objects.cloned().order_by("name"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Those that are cloned from this person. Another voice of the engine needs another consent."),
    )
    purposes = forms.MultipleChoiceField(
        label=capfirst(_("purposes")),
        choices=Consent.Purpose.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("What the person agreed to, as the evidence says it. Videos for anything else are refused."),
    )

    class Meta:
        model = Consent
        fields = ("person", "reference", "purposes", "evidence", "valid_from", "valid_until")

    def clean_humans(self) -> Any:
        humans = self.cleaned_data["humans"]
        for human in services.missing_portraits(humans):
            words = PORTRAIT_GONE % {"name": human.name}
            raise forms.ValidationError(words, code="portrait_gone")
        return humans

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("humans") and not data.get("voices") and "humans" in data:
            self.add_error("humans", forms.ValidationError(COVERS_NOTHING, code="covers_nothing"))
        begins, ends = data.get("valid_from"), data.get("valid_until")
        if begins and ends and ends < begins:
            self.add_error("valid_until", forms.ValidationError(ENDS_BEFORE, code="ends_before"))
        return data


class WithdrawForm(BaseDialogForm):  # type: ignore[misc]
    """Why a consent is withdrawn, and what becomes of its videos."""

    reason = forms.CharField(
        label=capfirst(_("reason")), required=False, max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )
    videos = forms.ChoiceField(
        label=capfirst(_("videos that were made")),
        choices=services.VideoRetention.choices,
        initial=services.VideoRetention.DELETE,
        widget=UnfoldAdminRadioSelectWidget,
        help_text=_("The picture itself goes in any case, unless another consent covers it; the evidence stays."),
    )
    sure = forms.BooleanField(
        label=_("I know that this cannot be undone."),
        widget=UnfoldBooleanWidget,
        error_messages={"required": _("Tick this to confirm.")},
    )


class SampleForm(BaseDialogForm):  # type: ignore[misc]
    """What a digital human shall say to try it out."""

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


# What a preview may change without anything being stored.
PREVIEWED = ("voice", "speed", "pause", "mode", "format", "background_color", "captions")


def preview_form(human: DigitalHuman, data: Any) -> forms.ModelForm[DigitalHuman]:
    """The fields of a digital human's page that can be tried before they are saved; pictures are the saved ones.

    Its `instance` is a copy that is never saved.
    """
    kind = forms.modelform_factory(DigitalHuman, form=forms.ModelForm, fields=PREVIEWED)
    return kind(data, instance=copy(human))


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
