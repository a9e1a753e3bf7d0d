"""The engines that can be plugged in, from the environment. All are listed: each says by itself what it lacks here."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from environ import Env

ReadJSON = Callable[[str], dict[str, Any]]

# Where classes were that an `.env` file may name, in OPENUSER_SPEECH_ENGINES and its like. Remove them in the release
# after next: until then each works, with a warning of the system check.
FORMER_CLASS_PATHS = {
    "avatars.speech.cosyvoice.CosyVoice": "avatars.speech.engines.cosyvoice.CosyVoice",
    "avatars.speech.edge.Edge": "avatars.speech.engines.edge.Edge",
    "avatars.speech.gpt_sovits.GPTSoVITS": "avatars.speech.engines.gpt_sovits.GPTSoVITS",
    "avatars.speech.openai.OpenAI": "avatars.speech.engines.openai.OpenAI",
    "avatars.speech.piper.Piper": "avatars.speech.engines.piper.Piper",
    "avatars.speech.sherpa.Sherpa": "avatars.speech.engines.sherpa.Sherpa",
}

# What else an attempt does beside waiting for a slow engine: speaking, encoding, checking.
BESIDE_SECONDS = 90.0


def speech(env: Env, *, models: Path, cache: Path, read_json: ReadJSON) -> dict[str, Any]:
    """What speaks. `voice` is the one to try an engine with where nobody uses it."""
    return {
        "kokoro": {
            "class": "avatars.speech.kokoro.Kokoro",
            "options": {"cache_dir": cache},
            "voice": "zf_xiaobei",
        },
        "openai": _dictated(
            "avatars.speech.engines.openai.OpenAI",
            cache,
            voice=env.str("OPENUSER_OPENAI_SPEECH_VOICE", default="alloy"),
            time_limit=env.float("OPENUSER_OPENAI_SPEECH_TIMEOUT", default=60.0),
            url=env.str("OPENUSER_OPENAI_SPEECH_URL", default="").strip(),
            key=env.str("OPENUSER_OPENAI_SPEECH_KEY", default="").strip(),
            model=env.str("OPENUSER_OPENAI_SPEECH_MODEL", default="tts-1"),
            instructions=env.str("OPENUSER_OPENAI_SPEECH_INSTRUCTIONS", default=""),
            format=env.str("OPENUSER_OPENAI_SPEECH_FORMAT", default="wav"),
        ),
        "cosyvoice": _dictated(
            "avatars.speech.engines.cosyvoice.CosyVoice",
            cache,
            voice=env.str("OPENUSER_COSYVOICE_VOICE", default="中文女"),
            time_limit=env.float("OPENUSER_COSYVOICE_TIMEOUT", default=120.0),
            url=env.str("OPENUSER_COSYVOICE_URL", default="").strip(),
            rate=env.int("OPENUSER_COSYVOICE_RATE", default=24_000),
            voices=read_json("OPENUSER_COSYVOICE_VOICES"),
        ),
        "gpt_sovits": _dictated(
            "avatars.speech.engines.gpt_sovits.GPTSoVITS",
            cache,
            voice=next(iter(read_json("OPENUSER_GPT_SOVITS_VOICES")), ""),
            time_limit=env.float("OPENUSER_GPT_SOVITS_TIMEOUT", default=120.0),
            url=env.str("OPENUSER_GPT_SOVITS_URL", default="").strip(),
            voices=read_json("OPENUSER_GPT_SOVITS_VOICES"),
        ),
        "edge": _dictated(
            "avatars.speech.engines.edge.Edge",
            cache,
            voice=env.str("OPENUSER_EDGE_VOICE", default="zh-CN-XiaoxiaoNeural"),
            allowed=env.bool("OPENUSER_EDGE_ALLOWED", default=False),
            time_limit=env.float("OPENUSER_EDGE_TIMEOUT", default=30.0),
        ),
        "piper": _dictated(
            "avatars.speech.engines.piper.Piper",
            cache,
            voice=env.str("OPENUSER_PIPER_VOICE", default=""),
            folder=env.str("OPENUSER_PIPER_DIR", default="") or str(models / "piper"),
        ),
        "sherpa": _dictated(
            "avatars.speech.engines.sherpa.Sherpa",
            cache,
            voice=env.str("OPENUSER_SHERPA_VOICE", default="0"),
            model=read_json("OPENUSER_SHERPA_MODEL"),
            folder=str(models / "sherpa"),
        ),
    }


def recognition(env: Env, *, cache: Path) -> dict[str, Any]:
    """What listens."""
    options = {"cache_dir": cache, "model_path": env.str("OPENUSER_WHISPER_MODEL", default="") or None}
    return {"whisper": {"class": "avatars.recognition.whisper.Whisper", "options": options}}


def render(env: Env, *, models: Path, cache: Path) -> dict[str, Any]:
    """What animates. `OPENUSER_DEVICE` is "auto", "cpu" or "cuda", with its number as "cuda:1"."""
    device = env.str("OPENUSER_DEVICE", default="auto")
    return {
        "puppet": {"class": "avatars.engines.puppet.Puppet", "options": {"cache": str(cache), "device": device}},
        "wav2lip": _slow_itself(
            "avatars.engines.wav2lip.Wav2Lip",
            env.float("OPENUSER_WAV2LIP_TIMEOUT", default=600.0),
            weights=_brought(env, "OPENUSER_WAV2LIP_WEIGHTS", models / "wav2lip", ("wav2lip_gan.pth", "wav2lip.pth")),
            licensed=env.bool("OPENUSER_WAV2LIP_LICENSED", default=False),
            device=device,
            puppet={"cache": str(cache)},
        ),
        "command": _slow(
            "avatars.engines.command.Command",
            env.float("OPENUSER_RENDER_COMMAND_TIMEOUT", default=400.0),
            command=env.str("OPENUSER_RENDER_COMMAND", default=""),
            complaints=env.str("OPENUSER_RENDER_COMMAND_STDERR", default=""),
            licence=env.str("OPENUSER_RENDER_COMMAND_LICENCE", default=""),
        ),
        "duix": _slow(
            "avatars.engines.duix.Duix",
            env.float("OPENUSER_DUIX_TIMEOUT", default=400.0),
            url=env.str("OPENUSER_DUIX_URL", default=""),
            shared=env.str("OPENUSER_DUIX_SHARED", default=""),
            inside=env.str("OPENUSER_DUIX_INSIDE", default="/code/data"),
            licensed=env.bool("OPENUSER_DUIX_LICENSED", default=False),
        ),
    }


def restorers(env: Env, *, models: Path) -> dict[str, Any]:
    """What sharpens a portrait before it moves, in the enhanced modes."""
    device = env.str("OPENUSER_DEVICE", default="auto")
    return {
        "gfpgan": {
            "class": "avatars.engines.restore.network.Network",
            "options": {
                "weights": _brought(
                    env, "OPENUSER_GFPGAN_WEIGHTS", models / "gfpgan", ("GFPGANv1.4.pth", "GFPGANv1.3.pth")
                ),
                "setting": "OPENUSER_GFPGAN_WEIGHTS",
                "licence": "Apache-2.0, with parts of NVIDIA's StyleGAN2 that are for non-commercial use",
                "device": device,
            },
        },
        "realesrgan": {
            "class": "avatars.engines.restore.network.Network",
            "options": {
                "weights": _brought(
                    env, "OPENUSER_REALESRGAN_WEIGHTS", models / "realesrgan", ("RealESRGAN_x4plus.pth",)
                ),
                "setting": "OPENUSER_REALESRGAN_WEIGHTS",
                "licence": "BSD-3-Clause",
                "device": device,
            },
        },
        "realesrgan-ncnn": {
            "class": "avatars.engines.restore.ncnn.NCNN",
            "options": {
                "model": env.str("OPENUSER_REALESRGAN_MODEL", default="photo-x4"),
                "card": env.int("OPENUSER_REALESRGAN_GPU", default=-1),
            },
        },
    }


def _dictated(name: str, cache: Path, *, voice: str, **options: Any) -> dict[str, Any]:
    """An engine that reads sentences; its own time limit is for one of them."""
    return {"class": name, "options": {"cache_dir": cache, "voice": voice, **options}, "voice": voice}


def _brought(env: Env, name: str, folder: Path, usual: Sequence[str]) -> str:
    """A file that people bring: the one that is named, else the first that lies where weights are expected."""
    found = [folder / file for file in usual if (folder / file).is_file()]
    return env.str(name, default="") or str(next(iter(found), folder / usual[0]))


def _slow_itself(name: str, seconds: float, **options: Any) -> dict[str, Any]:
    """An engine that is slow in our own process, which is killed where it takes longer."""
    return {"class": name, "options": options, "time_limit": seconds}


def _slow(name: str, seconds: float, **options: Any) -> dict[str, Any]:
    """An engine that others are waited for in: the attempt may take somewhat longer than they."""
    return {"class": name, "options": {**options, "time_limit": seconds}, "time_limit": seconds + BESIDE_SECONDS}
