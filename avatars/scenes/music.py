"""Music under speech: as long as the video, quieter during speech."""

from collections.abc import Callable
from pathlib import Path

import ffmpeg as graph
import numpy as np
from numpy.typing import NDArray

from avatars.exceptions import MediaError, OutputError
from avatars.media import audio_segments, ffmpeg
from avatars.speech.audio import mastering
from avatars.speech.audio.sample_buffer import let_go

Samples = NDArray[np.float32]

FORMATS = "mp3,mov,wav,ogg,flac,aac"
LONGEST, MAX_BYTES = 900.0, 30 * 1024 * 1024
"""Seconds that are read of a piece, and bytes of its file; longer videos repeat it."""
LEVEL, DUCKED = -24.0, -12.0
"""Loudness of the music by itself, in LUFS, and by how many decibels it steps back under speech."""
BLOCK = 0.02  # seconds whose loudest sample tells whether there is speech
SPOKEN = 0.012  # of full scale (−38 dB): breath between words is quieter
ATTACK, RELEASE = 0.12, 0.7
"""Seconds in which it steps back, and returns."""
RISES, FALLS = 1.0, 2.0  # seconds in which music fades in and out with the video
PEAK = 0.95  # of full scale: above it the mix would distort once encoded
PIECE = 1 << 18
"""Samples that are mixed together."""


def _in_memory(count: int) -> Samples:
    return np.empty(count, np.float32)


def check(music: Path) -> None:
    """Decode it. Raises `MediaError` (code `music_broken`)."""
    if music.stat().st_size > MAX_BYTES:
        raise _broken()
    _decoded(music, 8000)


def mixed(speech: Samples, music: Path, rate: int, room: Callable[[int], Samples] = _in_memory) -> Samples:
    """Speech with music under it, as long as the speech, in the array that `room` makes for so many samples.

    Raises `MediaError` for music that cannot be read.
    """
    count = len(speech)
    loop, gains = _levelled(_decoded(music, rate), rate), _gains(speech, rate)
    both, peak = room(count), PEAK
    for start in range(0, count, PIECE):
        places = np.arange(start, min(start + PIECE, count))
        under = loop[places % len(loop)] * _ends(places, count, rate) * _gain(gains, places, rate)
        piece = speech[start : start + PIECE] + under
        both[start : start + PIECE] = piece
        peak = max(peak, float(np.abs(piece).max()))
        let_go(speech)
        let_go(both)
    for start in range(0, count, PIECE):
        both[start : start + PIECE] *= np.float32(PEAK / peak)
        let_go(both)
    return both


def side_chain(speech: Samples, rate: int) -> Samples:
    """The gain of the music, 0..1: down to `DUCKED` while there is speech, and back in its pauses."""
    return _gain(_gains(speech, rate), np.arange(len(speech)), rate)


def _gains(speech: Samples, rate: int) -> Samples:
    """The gain at the beginning of each block, and at the end."""
    step = max(1, round(BLOCK * rate))
    loudest = [float(np.abs(speech[start : start + step]).max(initial=0.0)) for start in range(0, len(speech), step)]
    low, gain, gains = 10 ** (DUCKED / 20), 1.0, np.empty(len(loudest) + 1, np.float32)
    # It looks ahead by its attack, so that it is down when the first word is heard.
    ahead = round(ATTACK / BLOCK)
    spoken = np.append(np.array(loudest) > SPOKEN, np.zeros(ahead, bool))
    for number in range(len(loudest)):
        target = low if spoken[number : number + ahead + 1].any() else 1.0
        seconds = ATTACK if target < gain else RELEASE
        gain += (target - gain) * (1 - np.exp(-3 * BLOCK / seconds))
        gains[number] = gain
    gains[-1] = gain
    return gains


def _gain(gains: Samples, places: NDArray[np.int64], rate: int) -> Samples:
    step = max(1, round(BLOCK * rate))
    return np.interp(places / step, np.arange(len(gains)), gains).astype(np.float32)


def _decoded(music: Path, rate: int) -> Samples:
    try:
        # From anywhere: only as sound, for a playlist would have ffmpeg open other files.
        stream = graph.output(
            ffmpeg.source(music, format_whitelist=FORMATS, t=LONGEST).audio, "pipe:", format="f32le", ac=1, ar=rate
        )
        samples = np.frombuffer(ffmpeg.run(stream), "<f4")
    except OutputError as error:
        raise _broken() from error
    if len(samples) < rate or float(np.abs(samples).max()) < SPOKEN:
        raise _broken()
    return samples


def _levelled(sound: Samples, rate: int) -> Samples:
    loudness = mastering.loudness(sound, rate)
    heard = audio_segments.of(sound, rate).apply_gain(LEVEL - loudness)
    return audio_segments.samples(audio_segments.faded(heard, rise=20, fall=20))


def _ends(places: NDArray[np.int64], count: int, rate: int) -> Samples:
    place = places.astype(np.float32) / rate
    return np.clip(np.minimum(place / RISES, (count / rate - place) / FALLS), 0, 1).astype(np.float32)


def _broken() -> MediaError:
    remedy = "Upload an MP3, M4A, WAV or OGG file of at least a second."
    return MediaError("The music cannot be read.", code="music_broken", field="music", remedy=remedy)
