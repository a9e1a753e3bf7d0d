"""Settings for a studio's child with external engines, whose servers have the test's address."""

import os
import sys
from pathlib import Path

import imageio_ffmpeg

from tests.avatars.support.studio_settings import *  # noqa: F403
from tests.avatars.support.studio_settings import RENDER_ENGINES, SPEECH_ENGINES

URL, FOLDER = os.environ["PLUGGED_URL"], os.environ["PLUGGED_FOLDER"]
# Little beside what a video takes; a server that hangs costs it.
PATIENCE = 2.0
PROGRAM = [sys.executable, str(Path(__file__).with_name("example_renderer.py"))]


def program(*words: str, **options: object) -> dict[str, object]:
    command = [*PROGRAM, "--ffmpeg", imageio_ffmpeg.get_ffmpeg_exe(), *words]
    return {"class": "avatars.engines.command.Command", "options": {"command": command, **options}}


SPEECH_ENGINES |= {
    "openai": {
        "class": "avatars.speech.engines.openai.OpenAI",
        "options": {"url": f"{URL}/v1", "key": "sk-test", "time_limit": PATIENCE},
    },
    "cosyvoice": {
        "class": "avatars.speech.engines.cosyvoice.CosyVoice",
        "options": {"url": URL, "rate": 22_050, "time_limit": PATIENCE},
    },
    "gpt_sovits": {
        "class": "avatars.speech.engines.gpt_sovits.GPTSoVITS",
        "options": {"url": URL, "voices": {"ya": {"path": "/voices/ya.wav"}}, "time_limit": PATIENCE},
    },
}
RENDER_ENGINES |= {
    "command": program(),
    "command-hang": program("--fault", "hang", environment={"PIDS": f"{FOLDER}/pids"}, time_limit=PATIENCE),
    "command-refuse": program("--fault", "65"),
    "command-garbage": program("--fault", "garbage"),
    "duix": {
        "class": "avatars.engines.duix.Duix",
        "options": {"url": URL, "shared": FOLDER, "licensed": True, "every": 0.05, "time_limit": PATIENCE},
    },
}
