"""Forms of the digital humans: a portrait is checked before it is stored."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from avatars import services
from avatars.exceptions import AvatarError
from avatars.models import DigitalHuman


class DigitalHumanForm(forms.ModelForm[DigitalHuman]):
    """Refuses a portrait that cannot be animated, saying why and what to do."""

    class Meta:
        model = DigitalHuman
        fields = ("name", "portrait", "voice", "speed", "mode")

    def clean_portrait(self) -> Any:
        portrait = self.cleaned_data.get("portrait")
        if isinstance(portrait, UploadedFile):
            try:
                services.check_portrait(portrait.read())
            except AvatarError as error:
                raise forms.ValidationError(str(error), code=error.code) from error
            finally:
                portrait.seek(0)
        return portrait
