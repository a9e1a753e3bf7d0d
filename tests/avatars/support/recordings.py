"""Recordings in the formats of phones."""

import wave
from pathlib import Path

import ffmpeg as graph
import numpy as np

from avatars.media import ffmpeg


def write_wav(path: Path, samples: np.ndarray, rate: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples.clip(-1, 1) * 32767).round().astype("<i2").tobytes())
    return path


def write_amr(path: Path, samples: np.ndarray, rate: int) -> Path:
    """AMR narrow band, as WeChat Work's voice messages are."""
    sound = ffmpeg.source(write_wav(path.with_suffix(".wav"), samples, rate)).audio
    options = {"format": "amr", "acodec": "libopencore_amrnb", "ar": 8000, "ac": 1, "audio_bitrate": "12.2k"}
    ffmpeg.run(graph.output(sound, str(path), **options))
    return path
