"""Two seconds of a voice, to choose by: a small audio file that every browser plays."""

import hashlib
import json
import tempfile
import wave
from dataclasses import asdict, dataclass
from pathlib import Path

import ffmpeg as graph
import numpy as np

from avatars.ai_label import audio_label, video_label
from avatars.media import ffmpeg
from avatars.media.file_cache import MEGABYTE, Shelf
from avatars.speech.base import Speech, SpeechEngine

SECONDS = 2.0
FADE = 0.15
BITS = 64_000
SHELF = 50 * MEGABYTE
# Raise it when the same wish would sound differently.
VERSION = 2


@dataclass(frozen=True, kw_only=True)
class Audition:
    """Who shall be heard saying what, and whose name (`provider`) its AI label bears."""

    text: str
    engine: str
    voice: str
    provider: str
    speed: float = 1.0

    @property
    def key(self) -> str:
        """The name of its file: equal wishes sound alike."""
        return f"{self._hash}.m4a"

    @property
    def content_id(self) -> str:
        """Its number in the label."""
        return self._hash[:32]

    @property
    def _hash(self) -> str:
        whole = json.dumps({**asdict(self), "version": VERSION, "seconds": SECONDS}, sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()


def shelf(cache: Path) -> Shelf:
    """Where auditions are kept."""
    return Shelf(cache / "auditions", limit=SHELF)


def record(audition: Audition, engine: SpeechEngine) -> bytes:
    """The audition as M4A (AAC, mono), labelled. Raises `ScriptError`, `AvatarError` for a voice the engine lacks."""
    speech = engine.speak(audition.text, voice=audition.voice, speed=audition.speed)
    with tempfile.TemporaryDirectory(prefix="audition-") as folder:
        sound, bare, file = (Path(folder) / name for name in ("sound.wav", "bare.m4a", "sound.m4a"))
        _write(speech, sound)
        options = {"acodec": "aac", "audio_bitrate": BITS, "ac": 1, "movflags": "+faststart"}
        ffmpeg.run(graph.output(ffmpeg.source(sound).audio, str(bare), **options))
        video_label.write(bare, file, video_label.Origin(provider=audition.provider, content_id=audition.content_id))
        audio_label.verify(file, audition.content_id)
        return file.read_bytes()


def _write(speech: Speech, path: Path) -> None:
    """Its first seconds; where it goes on, it fades instead of breaking off."""
    samples = speech.samples[: round(SECONDS * speech.rate)].copy()
    if len(samples) < len(speech.samples):
        length = round(FADE * speech.rate)
        samples[-length:] *= np.linspace(1, 0, length, dtype=np.float32)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(speech.rate)
        file.writeframes((samples.clip(-1, 1) * 32767).round().astype("<i2").tobytes())
