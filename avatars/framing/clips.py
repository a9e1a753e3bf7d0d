"""Uploaded clips for the beginning and the end of videos: checked, and fitted to a video.

They come from anywhere, so ffmpeg may open them as videos only: a playlist would have it open other files.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg as graph
import numpy as np

from avatars.engines.base import Picture
from avatars.exceptions import MediaError, OutputError
from avatars.media import audio_segments, ffmpeg
from avatars.speech.audio import mastering

LONGEST, SHORTEST = 10.0, 0.5  # seconds of a clip
MAX_BYTES = 100 * 1024 * 1024  # bytes: ten seconds as cameras record them
FORMATS = "mov,matroska,avi,mpegts,mpeg,flv,asf,ogg"
SECONDS_OF_A_PROCESSOR = 120  # seconds of CPU to decode a clip: a file made to be slow ends there
LOOK_FPS = 20  # frames a second, 16 × 16 pixels each, at which a clip is decoded: its length is the decoded frames'

RATE = 48_000  # samples a second that clips are read at, as cameras record them
LOUDNESS, PEAK = -16.0, -1.5  # LUFS and decibels: as our speech, see `mastering`
SILENT = -60.0  # LUFS; quieter sound is noise, and stays as it is
MOST_GAIN = 20.0  # decibels; more would lift hiss
FADE = 20  # milliseconds at both ends of a clip's sound, so that cuts do not click
BLURRED = 8
"""Times smaller and soft that the clip itself is made to fill the rest of a frame."""


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A clip and how long it is, in seconds."""

    path: Path
    seconds: float

    def frames(self, fps: int) -> int:
        """The frames of a video that it takes."""
        return max(1, int(self.seconds * fps))


def look(path: Path, *, field: str) -> Clip:
    """Decode a clip to its end. Raises `MediaError`, which names the field of the digital human.

    Codes: `clip_too_large`, `clip_broken`, `clip_too_short`, `clip_too_long`.
    """
    remedy = f"Upload an MP4, MOV or WebM video of at most {LONGEST:.0f} seconds and {MAX_BYTES >> 20} MB."
    try:
        if path.stat().st_size > MAX_BYTES:
            raise MediaError("The clip is too large.", code="clip_too_large", field=field, remedy=remedy)
        tiny = _opened(path).video.filter("fps", LOOK_FPS).filter("scale", 16, 16)
        stream = graph.output(tiny, "pipe:", format="rawvideo", pix_fmt="gray")
        # A clip that cannot be decoded here would fail in a video too; half a clip is none.
        seconds = len(ffmpeg.run(_limited(stream.global_args("-xerror")))) / 256 / LOOK_FPS
    except (OutputError, OSError) as error:
        raise MediaError("The clip cannot be read.", code="clip_broken", field=field, remedy=remedy) from error
    if seconds > LONGEST + 1 / LOOK_FPS:
        raise MediaError("The clip is too long.", code="clip_too_long", field=field, remedy=remedy)
    if seconds < SHORTEST:
        message = "The clip is too short, or no video."
        raise MediaError(message, code="clip_too_short", field=field, remedy=remedy)
    return Clip(path=path, seconds=min(seconds, LONGEST))


def frames(clip: Clip, size: tuple[int, int], fps: int) -> Iterator[Picture]:
    """Exactly `clip.frames(fps)` RGB frames: the whole picture, with itself, blurred, where it leaves room."""
    count, number, last = clip.frames(fps), 0, None
    for last in ffmpeg.raw(_limited(_fitted(clip, size, fps)), (size[1], size[0], 3)):
        if number == count:
            return
        yield last
        number += 1
    if last is None:
        raise MediaError("The clip cannot be read.", code="clip_broken", remedy="Upload another one.")
    for _ in range(count - number):
        yield last


def sound(clip: Clip, seconds: float) -> audio_segments.AudioSegment:
    """So many seconds of its sound at `RATE`, as loud as our speech, faded at both ends; silence where it has none."""
    count = round(seconds * RATE)
    try:
        stream = graph.output(_opened(clip.path).audio, "pipe:", format="f32le", ac=1, ar=RATE)
        samples = np.frombuffer(ffmpeg.run(_limited(stream)), "<f4")[:count]
    except OutputError:
        samples = np.zeros(0, np.float32)  # a clip may have no sound
    heard = audio_segments.of(samples, RATE)
    levelled = heard.apply_gain(_gain(heard))
    return audio_segments.fitted(audio_segments.faded(levelled, rise=FADE, fall=FADE), count)


def _gain(heard: audio_segments.AudioSegment) -> float:
    """Decibels to the loudness of our speech, within its peaks."""
    loudness = mastering.loudness(audio_segments.samples(heard), RATE)
    return min(MOST_GAIN, LOUDNESS - loudness, PEAK - heard.max_dBFS) if loudness >= SILENT else 0.0


def _opened(path: Path) -> Any:
    # One second more than a clip may have: that it is too long is to be seen.
    return ffmpeg.source(path, format_whitelist=FORMATS, t=LONGEST + 1)


def _limited(stream: Any) -> Any:
    return stream.global_args("-timelimit", str(SECONDS_OF_A_PROCESSOR))


def _fitted(clip: Clip, size: tuple[int, int], fps: int) -> Any:
    width, height = size
    square = _opened(clip.path).video.filter("fps", fps, start_time=0, round="near")
    square = square.filter("scale", "trunc(iw*sar/2)*2", "ih").filter("setsar", 1)
    parts = square.filter_multi_output("split")
    small = (max(2, width // BLURRED), max(2, height // BLURRED))
    behind = parts[0].filter("scale", *small, force_original_aspect_ratio="increase").filter("crop", *small)
    behind = behind.filter("gblur", sigma=max(2, min(small) / 16)).filter("scale", width, height, flags="bicubic")
    before = parts[1].filter("scale", width, height, force_original_aspect_ratio="decrease", flags="lanczos")
    whole = graph.overlay(behind, before, x="(W-w)/2", y="(H-h)/2", format="rgb")
    return graph.output(whole, "pipe:", format="rawvideo", pix_fmt="rgb24", fps_mode="passthrough")
