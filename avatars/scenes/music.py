"""Music under speech: as long as the video, quieter while somebody speaks."""

from pathlib import Path

import ffmpeg as graph
import numpy as np
from numpy.typing import NDArray

from avatars.exceptions import MediaError, OutputError
from avatars.media import audio_segments, ffmpeg

Samples = NDArray[np.float32]

FORMATS = "mp3,mov,wav,ogg,flac,aac"
LONGEST, MAX_BYTES = 900.0, 30 * 1024 * 1024
LEVEL, DUCKED = -24.0, -12.0
"""Loudness of the music by itself, in LUFS, and by how many decibels it steps back under speech."""
BLOCK = 0.02
SPOKEN = 0.012
ATTACK, RELEASE = 0.12, 0.7
"""Seconds in which it steps back, and returns."""
RISES, FALLS = 1.0, 2.0
PEAK = 0.95


def check(music: Path) -> None:
    """Decode it. Raises `MediaError` (code `music_broken`)."""
    if music.stat().st_size > MAX_BYTES:
        raise _broken()
    _decoded(music, 8000)


def mixed(speech: Samples, music: Path, rate: int) -> Samples:
    """Speech with music under it, as long as the speech. Raises `MediaError` for music that cannot be read."""
    count = len(speech)
    loop = _levelled(_decoded(music, rate), rate)
    whole = np.tile(loop, -(-count // len(loop)))[:count] * _ends(count, rate) * side_chain(speech, rate)
    both = speech + whole
    return (both * min(1.0, PEAK / max(float(np.abs(both).max(initial=0.0)), PEAK))).astype(np.float32)


def side_chain(speech: Samples, rate: int) -> Samples:
    """The gain of the music, 0..1: down to `DUCKED` while there is speech, and back in its pauses."""
    step = max(1, round(BLOCK * rate))
    blocks = np.abs(np.append(speech, np.zeros(-len(speech) % step, np.float32))).reshape(-1, step).max(axis=1)
    low, gain, gains = 10 ** (DUCKED / 20), 1.0, np.empty(len(blocks) + 1, np.float32)
    # It looks ahead by its attack, so that it is down when the first word is heard.
    ahead = round(ATTACK / BLOCK)
    spoken = np.append(blocks > SPOKEN, np.zeros(ahead, bool))
    for number in range(len(blocks)):
        target = low if spoken[number : number + ahead + 1].any() else 1.0
        seconds = ATTACK if target < gain else RELEASE
        gain += (target - gain) * (1 - np.exp(-3 * BLOCK / seconds))
        gains[number] = gain
    gains[-1] = gain
    places = np.arange(len(speech)) / step
    return np.interp(places, np.arange(len(gains)), gains).astype(np.float32)


def _decoded(music: Path, rate: int) -> Samples:
    try:
        # From anywhere: only as sound, for a playlist would have ffmpeg open other files.
        stream = graph.output(
            ffmpeg.source(music, format_whitelist=FORMATS, t=LONGEST).audio, "pipe:", format="f32le", ac=1, ar=rate
        )
        found = np.frombuffer(ffmpeg.run(stream), "<f4")
    except OutputError as error:
        raise _broken() from error
    if len(found) < rate or float(np.abs(found).max()) < SPOKEN:
        raise _broken()
    return found


def _levelled(sound: Samples, rate: int) -> Samples:
    # It brings scipy.
    from avatars.speech.audio import mastering

    loudness = mastering.loudness(sound, rate)
    heard = audio_segments.of(sound, rate).apply_gain(LEVEL - loudness)
    return audio_segments.samples(audio_segments.faded(heard, rise=20, fall=20))


def _ends(count: int, rate: int) -> Samples:
    place = np.arange(count, dtype=np.float32) / rate
    return np.clip(np.minimum(place / RISES, (count / rate - place) / FALLS), 0, 1).astype(np.float32)


def _broken() -> MediaError:
    remedy = "Upload an MP3, M4A, WAV or OGG file of at least a second."
    return MediaError("The music cannot be read.", code="music_broken", field="music", remedy=remedy)
