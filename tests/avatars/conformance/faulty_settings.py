"""Settings with a correct engine of each kind, some faulty ones, and some that cannot load."""

from openuser.settings.test import *  # noqa: F403
from openuser.settings.test import RENDER_ENGINES, SPEECH_ENGINES

OPENAI, DUIX = SPEECH_ENGINES["openai"], RENDER_ENGINES["duix"]
_PLACE = "tests.avatars.conformance.faulty_engines"


def _faulty(kind: str, *faults: str) -> dict[str, object]:
    entries = {fault: {"class": f"{_PLACE}.{kind}", "options": {"fault": fault}, "voice": "a"} for fault in faults}
    return {kind.lower(): {"class": f"{_PLACE}.{kind}", "voice": "a"}, **entries}


_SPEAKING = _faulty("Speaking", "abrupt", "hang", "crash")
# What recognition engines listen to has this name.
SPEECH_ENGINES = {"kokoro": _SPEAKING["speaking"], "openai": OPENAI, **_SPEAKING}
RENDER_ENGINES = {"duix": DUIX, **_faulty("Animating", "mirrored")}
RECOGNITION_ENGINES = _faulty("Listening", "invents")
