"""Settings for a studio's child with the small engines."""

from openuser.settings.test import *  # noqa: F403

SPEECH_ENGINES = {"tone": {"class": "tests.avatars.engines_for_tests.Tone"}}
RENDER_ENGINES = {
    "light": {"class": "tests.avatars.engines_for_tests.Light"},
    "no_face": {"class": "tests.avatars.engines_for_tests.Light", "options": {"fault": "no_face"}},
}
RECOGNITION_ENGINES = {"ear": {"class": "tests.avatars.engines_for_tests.Ear"}}
