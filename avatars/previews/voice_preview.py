"""Two seconds of a voice, to choose by: a small audio file that every browser plays."""

import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import ffmpeg as graph

from avatars.ai_label import audio_label, video_label
from avatars.media import audio_segments, ffmpeg
from avatars.media.file_cache import MEGABYTE, FileCache
from avatars.speech.base import Speech, SpeechEngine

SECONDS = 2.0  # of a voice: enough to tell two voices apart, and quickly made
FADE = 150  # milliseconds at the end, which may be in the middle of a word
BITS = 64_000  # a second, AAC
CACHE_LIMIT = 50 * MEGABYTE  # bytes: previews are made again when they are dropped
# Raise it when the same request gives another sound.
VERSION = 3


@dataclass(frozen=True, kw_only=True)
class VoicePreview:
    """The voice and the text of a preview, and the `provider` that its AI label names."""

    text: str
    engine: str
    voice: str
    provider: str
    speed: float = 1.0

    @property
    def key(self) -> str:
        """Its file name in the cache, the same for equal previews."""
        return f"{self._hash}.m4a"

    @property
    def content_id(self) -> str:
        """Its content ID in the AI label."""
        return self._hash[:32]

    @property
    def _hash(self) -> str:
        whole = json.dumps({**asdict(self), "version": VERSION, "seconds": SECONDS}, sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()


def cache(folder: Path) -> FileCache:
    """The cache of previews below a folder."""
    return FileCache(folder / "auditions", limit=CACHE_LIMIT)


def make(preview: VoicePreview, engine: SpeechEngine) -> bytes:
    """The preview as labelled M4A (AAC, mono). Raises `ScriptError`, `AvatarError` for a voice the engine lacks."""
    speech = engine.speak(preview.text, voice=preview.voice, speed=preview.speed)
    with tempfile.TemporaryDirectory(prefix="voice-preview-") as folder:
        sound, bare, file = (Path(folder) / name for name in ("sound.wav", "bare.m4a", "sound.m4a"))
        _write(speech, sound)
        options = {"acodec": "aac", "audio_bitrate": BITS, "ac": 1, "movflags": "+faststart"}
        ffmpeg.run(graph.output(ffmpeg.source(sound).audio, str(bare), **options))
        video_label.write(bare, file, video_label.Origin(provider=preview.provider, content_id=preview.content_id))
        audio_label.verify(file, preview.content_id)
        return file.read_bytes()


def _write(speech: Speech, path: Path) -> None:
    """Write its first seconds, with a fade if the speech goes on."""
    samples = speech.samples[: round(SECONDS * speech.rate)]
    if len(samples) < len(speech.samples):
        beginning = audio_segments.of(samples, speech.rate)
        samples = audio_segments.samples(audio_segments.faded(beginning, rise=0, fall=FADE))
    audio_segments.write_wav(path, samples, speech.rate)
