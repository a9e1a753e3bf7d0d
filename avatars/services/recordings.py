"""Recordings that a digital human speaks: checked before they are accepted, kept once."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.conf import settings

from avatars.exceptions import MediaError, OutputError
from avatars.media import ffmpeg

RATE = 16_000  # samples a second: the rate that recognition takes
MAX_RECORDING_BYTES = 30 * 1024 * 1024  # bytes of an upload that is read into memory
SHORTEST = 0.5  # seconds: shorter sound is a click, not a sentence
QUIET = 10 ** (-50 / 20)  # of full scale (−50 dB): a recording with no louder sample has no voice in it


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A recording that can be used; `suffix` is by its content, not by its name."""

    data: bytes
    suffix: str
    sha256: str
    seconds: float


def check_recording(data: bytes) -> Recording:
    """Look at a recording. Raises `MediaError` with field "recording": empty, of another type, broken, silent, long."""
    if not data:
        raise _refusal("The recording is empty.", "recording_empty", "Choose another file.")
    if len(data) > MAX_RECORDING_BYTES:
        remedy = f"Use one of at most {MAX_RECORDING_BYTES // 1024**2} MB, or save it as MP3 or M4A."
        raise _refusal("The recording is too large.", "recording_too_large", remedy)
    suffix = _suffix(data)
    if not suffix:
        raise _refusal(
            "This is no sound that we know.", "recording_type", "Use a WAV, MP3, M4A or AMR file with a voice in it."
        )
    most = float(settings.AVATARS["MAX_RECORDING_SECONDS"])
    with tempfile.TemporaryDirectory(prefix="recording-") as folder:
        path = Path(folder) / f"sound{suffix}"
        path.write_bytes(data)
        try:
            samples = ffmpeg.samples(path, RATE, seconds=most + 1)
        except OutputError as error:
            raise _refusal("The recording is broken.", "recording_broken", "Save it anew, or use another.") from error
    seconds = len(samples) / RATE
    if seconds > most:
        remedy = f"Cut it to {most:.0f} seconds, or make several videos."
        raise _refusal("The recording is too long.", "recording_too_long", remedy)
    if seconds < SHORTEST:
        raise _refusal("There is hardly any sound in the recording.", "recording_too_short", "Use a longer one.")
    if _loudest(samples) < QUIET:
        raise _refusal("Nothing is heard in the recording.", "recording_silent", "Check the microphone; record again.")
    return Recording(data=data, suffix=suffix, sha256=hashlib.sha256(data).hexdigest(), seconds=seconds)


def _suffix(data: bytes) -> str:
    """Its type by its first bytes, "" for types that are not accepted."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return ".wav"
    if data[:3] == b"ID3" or (data[0] == 0xFF and len(data) > 1 and data[1] & 0xE6 == 0xE2):
        return ".mp3"
    if data[4:8] == b"ftyp":
        return ".m4a"
    return ".amr" if data.startswith((b"#!AMR\n", b"#!AMR-WB\n")) else ""


def _loudest(samples: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]") -> float:
    """The level of its loud moments: a crack is none."""
    hop = RATE // 20
    frames = samples[: len(samples) // hop * hop].reshape(-1, hop)
    return float(np.percentile(np.sqrt(np.square(frames, dtype=np.float64).mean(axis=1)), 95))


def _refusal(message: str, code: str, remedy: str) -> MediaError:
    return MediaError(message, code=code, remedy=remedy, field="recording")
