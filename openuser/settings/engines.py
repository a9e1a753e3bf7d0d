"""The engines that can be plugged in, from the environment. All are listed: each says by itself what it lacks here."""

from pathlib import Path
from typing import Any

from environ import Env

# What else an attempt does beside waiting for a slow engine: speaking, encoding, checking.
BESIDE_SECONDS = 90.0


def speech(_env: Env, *, models: Path, cache: Path) -> dict[str, Any]:
    """What speaks."""
    return {"kokoro": {"class": "avatars.speech.kokoro.Kokoro", "options": {"cache_dir": cache}}}


def recognition(env: Env, *, cache: Path) -> dict[str, Any]:
    """What listens."""
    options = {"cache_dir": cache, "model_path": env.str("OPENUSER_WHISPER_MODEL", default="") or None}
    return {"whisper": {"class": "avatars.recognition.whisper.Whisper", "options": options}}


def render(env: Env, *, models: Path, cache: Path) -> dict[str, Any]:
    """What animates. `OPENUSER_DEVICE` is "auto", "cpu" or "cuda", with its number as "cuda:1"."""
    device = env.str("OPENUSER_DEVICE", default="auto")
    return {
        "puppet": {"class": "avatars.engines.puppet.Puppet", "options": {"cache": str(cache), "device": device}},
        "command": _slow(
            "avatars.engines.command.Command",
            env.float("OPENUSER_COMMAND_SECONDS", default=400.0),
            command=env.str("OPENUSER_COMMAND", default=""),
            complaints=env.str("OPENUSER_COMMAND_COMPLAINTS", default=""),
            licence=env.str("OPENUSER_COMMAND_LICENCE", default=""),
        ),
        "duix": _slow(
            "avatars.engines.duix.Duix",
            env.float("OPENUSER_DUIX_SECONDS", default=400.0),
            url=env.str("OPENUSER_DUIX_URL", default=""),
            shared=env.str("OPENUSER_DUIX_SHARED", default=""),
            inside=env.str("OPENUSER_DUIX_INSIDE", default="/code/data"),
            licensed=env.bool("OPENUSER_DUIX_LICENSED", default=False),
        ),
    }


def _slow(name: str, seconds: float, **options: Any) -> dict[str, Any]:
    """An engine that others are waited for in: the attempt may take somewhat longer than they."""
    return {"class": name, "options": {**options, "time_limit": seconds}, "time_limit": seconds + BESIDE_SECONDS}
