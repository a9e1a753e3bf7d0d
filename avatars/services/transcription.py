"""The recordings that people send us, and the sound that is played to them."""

import io
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from avatars.exceptions import EngineMissing
from avatars.media import amr, audio_segments, ffmpeg
from avatars.recognition.base import Transcript
from avatars.studio.studio import studio
from core import backends

WAV_RATE = 16_000  # samples a second: the rate that recognition takes


def transcribe(recording: Path, *, language: str = "", hints: Sequence[str] = ()) -> Transcript:
    """The words of a recording, "" where there are none, by the first of RECOGNITION_ENGINES, in a process of its own.

    `language` is the probable one ("zh", "en"), `hints` are words that are likely here. Raises `EngineMissing` where no
    engine is installed, `OutputError` for a file without sound, `StudioError` where a retry may help.
    """
    engines = backends.names("RECOGNITION_ENGINES")
    if not engines:
        raise EngineMissing("No recognition engine is configured.", code="recognition_missing")
    return studio().transcribe(
        recording,
        engine=engines[0],
        language=language,
        hints=hints,
        time_limit=settings.AVATARS["RECOGNITION_TIMEOUT"],
        memory_limit_mb=settings.AVATARS["MEMORY_LIMIT_MB"],
    )


def to_wav(path: Path) -> bytes:
    """A recording of any format as WAV, which every browser plays. Raises `OutputError` for a file without sound."""
    sound = io.BytesIO()
    audio_segments.write_wav(sound, ffmpeg.samples(path, WAV_RATE), WAV_RATE)
    return sound.getvalue()


def to_amr(recording: Path, folder: Path) -> list[Path]:
    """A recording of any format as AMR files of less than a minute in `folder`, split at pauses.

    Raises `OutputError` for a file without sound, `EngineMissing` ("amr_missing") where AMR cannot be written.
    """
    return amr.parts(recording, folder)
