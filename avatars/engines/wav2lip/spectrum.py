"""The network's sound: 80 mel bands, 80 times a second, on its own scale of −4 to 4."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from avatars.speech.audio.sound_files import resampled

RATE = 16_000  # samples a second, as the network was trained; so are all figures below
FFT, HOP = 800, 200  # samples of a window, and from one to the next: 80 columns a second
BANDS, STEPS = 80, 16  # mel bands, and the fewest columns that the network takes
LOWEST, HIGHEST = 55.0, 7_600.0  # hertz of the lowest and the highest band
EMPHASIS = 0.97  # of the sample before, subtracted: lifts the high frequencies of consonants
FLOOR, REFERENCE_DB, RANGE_DB, SCALE = 1e-5, 20.0, 100.0, 4.0
"""The least magnitude; decibels taken off; decibels that become −4 to 4."""
PER_SECOND = RATE // HOP

Floats = NDArray[np.float32]


def windows(samples: Floats, rate: int, count: int, fps: int) -> Floats:
    """For each of `count` frames the 16 steps from its time on: (count, 80, 16). The last ones are those at the end."""
    mel = spectrum(resampled(samples, rate, RATE))
    if mel.shape[1] < STEPS:
        mel = np.pad(mel, ((0, 0), (0, STEPS - mel.shape[1])), constant_values=-SCALE)
    starts = [min(int(index * PER_SECOND / fps), mel.shape[1] - STEPS) for index in range(count)]
    return np.stack([mel[:, start : start + STEPS] for start in starts])


def spectrum(samples: Floats) -> Floats:
    """(80, n) of samples of 16 kHz."""
    emphasised = np.append(samples[:1], samples[1:] - EMPHASIS * samples[:-1])
    padded = np.pad(emphasised, FFT // 2, mode="reflect" if len(samples) > FFT // 2 else "constant")
    count = 1 + (len(padded) - FFT) // HOP
    frames = padded[np.arange(count)[:, None] * HOP + np.arange(FFT)]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT)
    magnitude = np.abs(np.fft.rfft(frames * window, axis=1))
    decibels = 20 * np.log10(np.maximum(FLOOR, magnitude @ _filters().T)) - REFERENCE_DB
    scaled = 2 * SCALE * (decibels + RANGE_DB) / RANGE_DB - SCALE
    return np.asarray(np.clip(scaled, -SCALE, SCALE).T, np.float32)


@cache
def _filters() -> NDArray[np.float64]:
    """Triangles of equal area on Slaney's mel scale: linear to 1 kHz, logarithmic above."""
    edges = _hertz(np.linspace(_mel(LOWEST), _mel(HIGHEST), BANDS + 2))
    bins = np.arange(FFT // 2 + 1) * RATE / FFT
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    area = 2 / (edges[2:] - edges[:-2])
    return np.asarray(np.clip(np.minimum(rising, falling), 0, None) * area[:, None])


LINEAR, KNEE, STEP = 200 / 3, 1_000.0, np.log(6.4) / 27
"""Hertz a mel up to the knee, in hertz, and the logarithm a mel above: Slaney's scale, as librosa has it."""


def _mel(hertz: float) -> float:
    return hertz / LINEAR if hertz < KNEE else float(KNEE / LINEAR + np.log(hertz / KNEE) / STEP)


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = KNEE / LINEAR
    return np.where(mel < knee, mel * LINEAR, KNEE * np.exp(STEP * (np.maximum(mel, knee) - knee)))
