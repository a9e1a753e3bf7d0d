"""The acoustic features of a recording, 100 times a second: cepstra without the voice's and the room's own colour."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RATE = 16_000  # samples a second
HOP = 160  # samples from one frame to the next: 10 ms
WINDOW = 400  # samples of a frame: 25 ms, as speech recognition has it
FFT = 512  # samples: the next power of two
BANDS = 28  # on the mel scale, up to `HIGHEST`
CEPSTRA = 13  # kept of them: the shape of the mouth; finer ones are the voice's pitch
LOWEST, HIGHEST = 60.0, 7_600.0  # hertz: below is hum, above this rate has nothing
EMPHASIS = 0.97  # of the sample before, subtracted: lifts the high frequencies of consonants
QUIETEST = 1e-8  # power, so that silence has a logarithm
LOUD_DB = 35.0  # decibels below the loud end: louder frames are speech, by which the room's colour is measured
REACH = 2  # frames to both sides from which changes are computed
DIMENSIONS = 3 * CEPSTRA  # numbers a frame: the values, how they change, and how that changes
FRAME_SECONDS = HOP / RATE


def features(samples: NDArray[np.float32], rate: int) -> Floats:
    """One row of `DIMENSIONS` per 10 ms of mono samples: level and shape of the spectrum, how both change, and how
    that does. Levels count from the loudest; colours from the mean of loud frames."""
    from avatars.speech.audio.sound_files import resampled

    heard = resampled(samples, rate, RATE).astype(np.float64)
    count = max(1, len(heard) // HOP)
    emphasised = np.append(heard[:1], heard[1:] - EMPHASIS * heard[:-1])
    padded = np.pad(emphasised, (WINDOW // 2, WINDOW))
    starts = np.arange(count) * HOP + HOP // 2
    frames = padded[starts[:, None] + np.arange(WINDOW)] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(frames, FFT)) ** 2
    bands = np.log(power @ _filters().T + QUIETEST)
    level = 10 * np.log10(power.mean(axis=1) + QUIETEST)
    level -= np.percentile(level, 98)
    cepstra = bands @ _cosines().T
    loud = level > -LOUD_DB
    cepstra -= cepstra[loud].mean(axis=0) if loud.any() else cepstra.mean(axis=0)
    # Quiet frames have no shape: their noise differs from room to room.
    cepstra *= np.clip((level + 60) / 30, 0, 1)[:, None]
    cepstra[:, 0] = level / 10
    first = _slope(cepstra)
    return np.concatenate([cepstra, first, _slope(first)], axis=1)


def _slope(values: Floats) -> Floats:
    weights = np.arange(-REACH, REACH + 1)
    padded = np.pad(values, ((REACH, REACH), (0, 0)), mode="edge")
    count = len(values)
    total = sum((w * padded[REACH + w : REACH + w + count] for w in weights), np.zeros_like(values))
    return np.asarray(total / np.square(weights).sum())


@cache
def _filters() -> Floats:
    """Triangles on the mel scale, (BANDS, FFT // 2 + 1)."""
    mel = np.linspace(_mel(LOWEST), _mel(HIGHEST), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.arange(FFT // 2 + 1) * RATE / FFT
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.asarray(np.clip(np.minimum(rising, falling), 0, None))


@cache
def _cosines() -> Floats:
    order, band = np.arange(CEPSTRA)[:, None], np.arange(BANDS) + 0.5
    return np.asarray(np.cos(np.pi * order * band / BANDS) * np.sqrt(2 / BANDS))


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))
