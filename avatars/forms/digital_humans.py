"""The form of a digital human, and the form of its preview before it is saved."""

from collections.abc import Iterator
from copy import copy
from typing import Any

from django import forms
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from avatars import services
from avatars.exceptions import AvatarError, ConsentError
from avatars.forms.origins import OriginForm, origin_field, reason_field
from avatars.models import DigitalHuman, SpokenMood
from avatars.reasons.portrait import REMARKS, UNUSABLE
from avatars.reasons.video import KEEPS_BACKGROUND
from avatars.reasons.video import words as video_words

DRAWN = DigitalHuman.Origin.DRAWN


class PortraitField(forms.ImageField):
    """A picture without Django's check: `services.check_portrait` explains its flaws in better words."""

    def to_python(self, data: Any) -> Any:
        return super(forms.ImageField, self).to_python(data)


class DigitalHumanForm(OriginForm):
    """Refuses a portrait that cannot be animated, with reason and remedy; `warnings` are remarks about a usable one."""

    class Meta:
        model = DigitalHuman
        fields = (
            *("name", "portrait", "voice", "speed", "pause", "mood", "automatic_mood", "mode"),
            *("format", "background_color", "background", "captions"),
            *("logo", "logo_corner", "logo_size", "logo_opacity", "intro", "outro"),
        )
        field_classes = {"portrait": PortraitField}
        help_texts = {
            "name": _("As people see it in conversations and as the title of its files."),
            "speed": _("0.8 is slow, 1 normal, 1.2 brisk. Leave it empty for the speed of the voice."),
            "mode": _("The head moves more naturally in the last mode; the first is the fastest."),
        }

    portrait_video = forms.FileField(
        label=capfirst(_("portrait video")),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=_(
            "Instead of a picture: one person for 20 seconds to 2 minutes, silent or speaking. MP4, MOV or WebM up to "
            "500 MB. It is checked in the background, and then becomes the portrait, which needs a consent of its own."
        ),
    )
    face = forms.IntegerField(required=False, min_value=0, max_value=99, widget=forms.HiddenInput)
    origin = origin_field(
        DigitalHuman.Origin.choices,
        help_text=_(
            "Animating a photo requires the consent of its person. “Drawn” states that the picture shows no real "
            "person; your name is recorded. A new picture needs a new statement."
        ),
    )
    origin_reason = reason_field(
        _("why it shows no real person"), help_text=_("Required for “drawn” if the picture looks like a photograph.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warnings: tuple[str, ...] = ()
        self.photographic: bool | None = None
        self.was_drawn = not self.instance._state.adding and self.instance.origin == DRAWN
        self.initial.setdefault("origin", DRAWN if self.was_drawn else DigitalHuman.Origin.PHOTOGRAPH)
        is_kept = not self.instance._state.adding and "portrait" in self.fields
        if is_kept and services.missing_portraits([self.instance]):
            # There is nothing to show, and the rest of the form can be saved without.
            self.initial["portrait"], self.fields["portrait"].required = None, False
        if self.files.get("portrait_video") and "portrait" in self.fields:
            self.fields["portrait"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._clean_video(data)
        portrait = data.get("portrait")
        if isinstance(portrait, UploadedFile):
            try:
                examined, data["portrait"] = services.check_portrait(portrait, face=data.get("face"))
                self.warnings = tuple(str(REMARKS[code]) for code in examined.remarks)
                self.photographic = examined.photographic
            except AvatarError as error:
                message = UNUSABLE.get(error.code, str(error))
                self.refuse("portrait", message, code=error.code)
        voice = data.get("voice")
        if voice is not None and not services.engine_voice_allowed(voice.engine, voice.key):
            self.warnings += (
                gettext("No active consent covers its voice, which is cloned: it stays silent until then."),
            )
        self.warnings += tuple(self._mood_warnings(data))
        if self._will_move(data) and (data.get("background_color") or data.get("background")):
            field = "background_color" if data.get("background_color") else "background"
            self.refuse(field, KEEPS_BACKGROUND, code="moving_background")
        if not self.errors:
            self._clean_origin(data)
        return data

    def _will_move(self, data: dict[str, Any]) -> bool:
        """Whether the portrait is a video, or one that is brought is to be."""
        if data.get("portrait_video"):
            return True
        return "portrait" not in self.changed_data and services.keeps_background(self.instance)

    def _clean_video(self, data: dict[str, Any]) -> None:
        """Refuses a file that is no such video. Until it is checked, its first frame stands for a new digital human."""
        video = data.get("portrait_video")
        if video is None:
            return
        try:
            services.check_portrait_video(video)
            if not data.get("portrait"):
                data["portrait"] = services.first_frame(video)
        except AvatarError as error:
            self.refuse("portrait_video", video_words(error.code), code=error.code)

    def _mood_warnings(self, data: dict[str, Any]) -> Iterator[str]:
        voice = data.get("voice")
        if voice is None or (data.get("mood") or SpokenMood.NEUTRAL) == SpokenMood.NEUTRAL:
            return
        controls = services.speech_controls(voice.engine)
        if not controls:
            yield gettext("The speech engine of its voice has no moods and paces: marks in scripts are left out.")
        elif services.SpeechControl.PITCH not in controls:
            yield gettext("The speech engine of its voice changes pace and loudness only: moods are harder to hear.")

    @property
    def states_drawn(self) -> bool:
        """Whether saving the form states again that the picture is drawn."""
        has_new = isinstance(self.cleaned_data.get("portrait"), File) and "portrait" in self.changed_data
        if self.cleaned_data.get("origin") != DRAWN or self.cleaned_data.get("portrait_video"):
            return False
        return (has_new or not self.was_drawn) and self.may_state

    def _clean_origin(self, data: dict[str, Any]) -> None:
        if data.get("origin") != DRAWN:
            return
        if not self.was_drawn and not self.may_state:
            self.refuse_statement()
        elif data.get("portrait_video"):
            self.warnings += (
                gettext("“Drawn” is stated about one picture. State it again once the video is the portrait."),
            )
        elif self.states_drawn:
            if "portrait" not in self.changed_data:
                self.photographic = services.looks_photographed(self.instance)
            try:
                services.check_drawn(self.photographic, data.get("origin_reason", ""))
            except ConsentError as error:
                self.refuse("origin_reason", error.message, code=error.code)
        elif "portrait" in self.changed_data:
            self.warnings += (gettext("The statement was about the earlier picture. This one needs a consent."),)


# Fields that a preview may change; it stores nothing.
PREVIEWED = ("voice", "speed", "pause", "mood", "automatic_mood", "mode", "format", "background_color", "captions")


def preview_form(human: DigitalHuman, data: Any) -> forms.ModelForm[DigitalHuman]:
    """The fields of a digital human's page that can be tried before they are saved; pictures are the saved ones.

    Its `instance` is a copy that is never saved.
    """
    kind = forms.modelform_factory(DigitalHuman, form=forms.ModelForm, fields=PREVIEWED)
    return kind(data, instance=copy(human))
