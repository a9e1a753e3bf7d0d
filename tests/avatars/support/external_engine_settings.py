"""Settings for a studio's child with external engines, whose servers have the test's address."""

import os
import sys
from pathlib import Path

import imageio_ffmpeg

from tests.avatars.support.studio_settings import *  # noqa: F403
from tests.avatars.support.studio_settings import RENDER_ENGINES, SPEECH_ENGINES

URL, FOLDER = os.environ["PLUGGED_URL"], os.environ["PLUGGED_FOLDER"]
# How long an answer may take, also on a machine that is busy with other tests.
PATIENCE = 120.0
# The same servers, asked with little patience: one that hangs costs it.
HASTY, HASTE = "-hasty", 1.0
PROGRAM = [sys.executable, str(Path(__file__).with_name("example_renderer.py"))]


def asked(name: str, place: str, **options: object) -> dict[str, dict[str, object]]:
    """An engine that waits for its server, and one that hardly does."""
    limits = {name: PATIENCE, f"{name}{HASTY}": HASTE}
    return {each: {"class": place, "options": {**options, "time_limit": limit}} for each, limit in limits.items()}


def program(*words: str, **options: object) -> dict[str, object]:
    command = [*PROGRAM, "--ffmpeg", imageio_ffmpeg.get_ffmpeg_exe(), *words]
    return {"class": "avatars.engines.command.Command", "options": {"command": command, **options}}


SPEECH_ENGINES |= {
    **asked("openai", "avatars.speech.engines.openai.OpenAI", url=f"{URL}/v1", key="sk-test"),
    **asked("cosyvoice", "avatars.speech.engines.cosyvoice.CosyVoice", url=URL, rate=22_050),
    **asked(
        "gpt_sovits",
        "avatars.speech.engines.gpt_sovits.GPTSoVITS",
        url=URL,
        voices={"ya": {"path": "/voices/ya.wav"}},
    ),
}
RENDER_ENGINES |= {
    "command": program(),
    "command-hang": program("--fault", "hang", environment={"PIDS": f"{FOLDER}/pids"}, time_limit=HASTE),
    "command-refuse": program("--fault", "65"),
    "command-garbage": program("--fault", "garbage"),
    **asked("duix", "avatars.engines.duix.Duix", url=URL, shared=FOLDER, licensed=True, every=0.05),
    **asked("sadtalker", "avatars.engines.neural.sadtalker.SadTalker", url=URL, licensed=True),
}
