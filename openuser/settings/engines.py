"""The engines that can be plugged in, from the environment. All are listed: each says by itself what it lacks here."""

from pathlib import Path
from typing import Any

from environ import Env


def speech(_env: Env, *, models: Path, cache: Path) -> dict[str, Any]:
    """What speaks."""
    return {"kokoro": {"class": "avatars.speech.kokoro.Kokoro", "options": {"cache_dir": cache}}}


def recognition(env: Env, *, cache: Path) -> dict[str, Any]:
    """What listens."""
    options = {"cache_dir": cache, "model_path": env.str("OPENUSER_WHISPER_MODEL", default="") or None}
    return {"whisper": {"class": "avatars.recognition.whisper.Whisper", "options": options}}


def render(_env: Env, *, models: Path, cache: Path) -> dict[str, Any]:
    """What animates."""
    return {"puppet": {"class": "avatars.engines.puppet.Puppet", "options": {}}}
