"""Settings of a stack whose videos are made by small engines, in a fraction of the time."""

from openuser.settings.test import *  # noqa: F403
from openuser.settings.test import RENDER_ENGINES, SPEECH_ENGINES

_PLACE = "tests.avatars.support.fake_engines"
# The demonstration's digital humans name these two.
SPEECH_ENGINES = {**SPEECH_ENGINES, "kokoro": {"class": f"{_PLACE}.Tone", "voice": "a"}}
RENDER_ENGINES = {**RENDER_ENGINES, "puppet": {"class": f"{_PLACE}.Light"}}
