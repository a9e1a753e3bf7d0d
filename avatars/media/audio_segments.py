"""Sound as pydub edits it: made of samples that ffmpeg decoded, and turned back into samples or a WAV file."""

import warnings
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from avatars.media import ffmpeg

with warnings.catch_warnings():
    # It misses an ffmpeg on PATH, and Python 3.11 announces the end of audioop, which audioop-lts replaces.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence, detect_silence

# pydub decodes and encodes nothing here: ffmpeg is ours to start, and the one on PATH may be any.
AudioSegment.converter = ""

__all__ = [
    "AudioSegment",
    "bounds",
    "decoded",
    "detect_silence",
    "faded",
    "fitted",
    "of",
    "recording",
    "samples",
    "write_wav",
]

Samples = NDArray[np.float32]

WIDE, FILE = 4, 2
"""Bytes of a sample: while it is edited, more than float32 can tell apart; in a file."""

QUIET, ROOM = 50, 40
"""Decibels below the highest peak: quieter sound at the ends is no voice, in a synthesised sound and in a room."""
STEP = 10  # milliseconds: how finely the beginning and the end of a voice are found
HEADROOM = 1.5  # decibels left below full scale: the limit of `mastering`


def of(samples: Samples, rate: int, *, width: int = WIDE) -> AudioSegment:
    """A segment of mono samples in -1..1; louder ones are turned down as a whole, not clipped."""
    most = 2 ** (8 * width - 1) - 1
    peak = max(1.0, float(np.abs(samples).max(initial=0.0)))
    scaled = np.multiply(samples, most / peak, dtype=np.float32 if width == FILE else np.float64)
    data = np.rint(scaled, out=scaled).astype(f"<i{width}").tobytes()
    return AudioSegment(data=data, sample_width=width, frame_rate=rate, channels=1)


def samples(segment: AudioSegment) -> Samples:
    """Mono samples in -1..1."""
    most = 2 ** (8 * segment.sample_width - 1) - 1
    return np.frombuffer(segment.raw_data, f"<i{segment.sample_width}").astype(np.float32) / np.float32(most)


def decoded(path: Path, rate: int) -> AudioSegment:
    """The sound of a file of any format, mono. Raises `OutputError` for a file without sound."""
    return of(ffmpeg.samples(path, rate), rate)


def write_wav(to: Path | IO[bytes], samples: Samples, rate: int) -> None:
    """Write mono samples in -1..1 as 16-bit PCM."""
    segment = of(samples, rate, width=FILE)
    if isinstance(to, Path):
        with to.open("wb+") as file:
            segment.export(file, format="wav")
    else:
        segment.export(to, format="wav")


def bounds(segment: AudioSegment, *, lead: int = 50, tail: int = 100, quiet: int = QUIET) -> tuple[int, int]:
    """The first and last sample worth keeping, with a guard in milliseconds on both sides; of silence, all."""
    threshold, length = segment.max_dBFS - quiet, len(segment)
    start = detect_leading_silence(segment, threshold, STEP)
    frames = int(segment.frame_count())
    if start >= length:
        return 0, frames
    end = length - detect_leading_silence(segment.reverse(), threshold, STEP)
    first, last = (round(at * segment.frame_rate / 1000) for at in (max(0, start - lead), end + tail))
    return first, min(frames, last)


def faded(segment: AudioSegment, *, rise: int = 10, fall: int = 60) -> AudioSegment:
    """The same that begins and ends in silence, so that a join cannot click; durations in milliseconds."""
    frames = int(segment.frame_count())
    # pydub edits whole milliseconds.
    segment = segment[: frames * 1000 // segment.frame_rate]
    # Both ends as a beginning: pydub's fade-out ends a step above silence.
    for duration in (rise, fall):
        within = min(duration, len(segment))
        segment = (segment.fade_in(within) if within else segment).reverse()
    return fitted(segment, frames)


def fitted(segment: AudioSegment, frames: int) -> AudioSegment:
    """Exactly so many samples of it, padded with silence; pydub itself cuts to milliseconds."""
    part = segment.get_sample_slice(0, frames)
    missing = np.zeros(frames - int(part.frame_count()), np.float32)
    return part + of(missing, segment.frame_rate, width=segment.sample_width) if len(missing) else part


def recording(path: Path, rate: int) -> AudioSegment:
    """A recording from its first sound to its last, at a common level, faded at both ends. Raises as `decoded` does."""
    sound = decoded(path, rate)
    first, last = bounds(sound, lead=100, tail=200, quiet=ROOM)
    return faded(sound.get_sample_slice(first, last).normalize(headroom=HEADROOM))
