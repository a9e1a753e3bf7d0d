"""Settings for a studio's child with the small engines."""

from openuser.settings.engines import DEVICE
from openuser.settings.test import *  # noqa: F403

TONE = "tests.avatars.support.fake_engines.Tone"
SPEECH_ENGINES = {
    **{name: {"class": TONE} for name in ("tone", "theirs")},
    "sentences": {"class": "tests.avatars.support.fake_engines.Sentences"},
}
RENDER_ENGINES = {
    "light": {"class": "tests.avatars.support.fake_engines.Light"},
    "puppet": {"class": "avatars.engines.puppet.Puppet", "options": {"device": DEVICE}},
    **{
        fault: {"class": "tests.avatars.support.fake_engines.Light", "options": {"fault": fault}}
        for fault in ("no_face", "short", "black", "failed", "missing", "hang", "crash")
    },
}
RECOGNITION_ENGINES = {"ear": {"class": "tests.avatars.support.fake_engines.Ear"}}
