"""The form of a voice."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from avatars import services
from avatars.forms.origins import OriginForm, origin_field, reason_field
from avatars.models import OURS, Voice, voice_identity

CHOOSE_ORIGIN = _("Choose whether the voice is cloned from a person or synthetic.")
SAY_WHY = _("Say how you know that it is no real person's voice.")
SYNTHETIC = Voice.Origin.SYNTHETIC


class VoiceForm(OriginForm):
    """A voice, with its origin, which is required; built-in voices are synthetic."""

    class Meta:
        model = Voice
        fields = (
            *("name", "name_en", "engine", "key", "gender", "language", "speed", "mood"),
            *("notes", "notes_en", "sample"),
        )

    origin = origin_field(
        [("", "---------"), *Voice.Origin.choices],
        help_text=_(
            "A cloned voice requires the consent of its person. “Synthetic” states that it is no real person's voice; "
            "your name is recorded. Another engine or name needs a new statement."
        ),
    )
    origin_reason = reason_field(
        _("why it is no real person's voice"), help_text=_("Required for “synthetic”, unless the voice is built in.")
    )

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
            self.refuse("origin", CHOOSE_ORIGIN, code="required")
        elif self.states_synthetic and data.get("engine") != OURS:
            self._check_statement(data)
        return data

    @property
    def states_synthetic(self) -> bool:
        """Whether saving the form states again that the voice is synthetic."""
        data = self.cleaned_data
        key = voice_identity(str(data.get("engine")), str(data.get("key")))
        return data.get("origin") == SYNTHETIC and key != self.stated_key

    def _check_statement(self, data: dict[str, Any]) -> None:
        if not self.may_state:
            self.refuse_statement()
        elif not data.get("origin_reason", "").strip():
            self.refuse("origin_reason", SAY_WHY, code="reason_missing")
