"""The last hand on speech: loudness as broadcasters measure it.

Loudness is ITU-R BS.1770 (K-weighting, gates at −70 LUFS and −10 LU); peaks are true peaks, four times oversampled.
Long speech is worked through in blocks, so that ten thousand characters cost little more memory than their samples.
"""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from avatars.speech.audio import polyphase
from avatars.speech.audio.sample_buffer import let_go

Samples = NDArray[np.float32]

TARGET_LUFS = -16.0
"""LUFS of finished speech, as players of telephones and the web expect; raw voices have −19 to −24."""
CEILING_DB = -1.5  # true peak below full scale: encoders overshoot by about as much
_MARGIN_DB = 0.1  # decibels below the ceiling to which the limiter works: peaks between samples are estimated
_BLOCK = 1 << 18  # samples worked on at once: bounds memory
_OVERSAMPLING = 4  # times, to find peaks between samples, as ITU-R BS.1770 asks
_REACH = 0.005  # seconds ahead and back that the limiter sees a peak: shorter distorts, longer is heard as pumping
_RINGS = 0.2
"""Seconds for which the K-weighting hears a sound; a millionth of a millionth is left after half of them."""
_TOLERANCE = 0.1  # LU from the target at which correcting ends: less is not heard
_LEEWAY = 1.5
"""Decibels by which a part may differ from the gain of all speech so far: a soft sentence stays softer."""


def loudness(samples: Samples, rate: int) -> float:
    """Return the integrated loudness in LUFS; −inf for silence or less than 0.4 s."""
    return _integrated(_hop_energies(samples, rate, rate // 10))


def _integrated(energy: NDArray[np.float64]) -> float:
    """The loudness of hops of 0.1 s with these energies."""
    if len(energy) < 4:
        return -np.inf
    blocks = np.convolve(energy, np.full(4, 0.25), mode="valid")
    blocks = blocks[blocks > _power(-70.0)]
    if not len(blocks):
        return -np.inf
    gated = blocks[blocks > blocks.mean() * 0.1]
    return float(-0.691 + 10 * np.log10(gated.mean()))


def true_peak(samples: Samples) -> float:
    """Return the peak between the samples in dB relative to full scale; −inf for silence."""
    peak = max((float(np.abs(_oversampled(part)).max(initial=0.0)) for _, part, _ in _blocks(samples, 64)), default=0.0)
    return float(20 * np.log10(peak)) if peak else -np.inf


def level(
    samples: Samples,
    rate: int,
    *,
    target: float = TARGET_LUFS,
    ceiling: float = CEILING_DB,
    room: Callable[[Samples], Samples] = np.empty_like,
) -> Samples:
    """Return the speech at `target` LUFS with no true peak above `ceiling` dB; silence is returned as it is.

    A limiter takes some loudness away, so the gain is corrected until the target is met. `room` makes the array for
    the result, by default in memory.
    """
    measured = loudness(samples, rate)
    if not np.isfinite(measured):
        return samples
    gain, limited = target - measured, room(samples)
    for _ in range(4):
        _limit(samples, rate, gain, ceiling - _MARGIN_DB, limited)
        error = target - loudness(limited, rate)
        if abs(error) < _TOLERANCE:
            break
        gain += error
    return limited


class Leveller:
    """Levels speech that is still being made, part by part: returned parts never change.

    The first part is levelled as `level` does; each later one so that all of it so far is at the target.
    """

    def __init__(self) -> None:
        self._spoken: list[NDArray[np.float64]] = []
        self._heard: list[NDArray[np.float64]] = []
        self._loss: float | None = None

    def level(self, part: Samples, rate: int) -> Samples:
        """The next part; silence is returned as it is."""
        self._spoken.append(_hop_energies(part, rate, rate // 10))
        measured = _integrated(np.concatenate(self._spoken))
        if not np.isfinite(measured):
            self._heard.append(self._spoken[-1])
            return part
        levelled, gain = self._levelled(part, rate, TARGET_LUFS - measured)
        self._loss = gain - (TARGET_LUFS - measured) if self._loss is None else self._loss
        self._heard.append(_hop_energies(levelled, rate, rate // 10))
        return levelled

    def _levelled(self, part: Samples, rate: int, usual: float) -> tuple[Samples, float]:
        """The part and its gain, near the `usual` one of all speech so far, corrected by the limiter's loss."""
        least, most = (-np.inf, np.inf) if self._loss is None else (-_LEEWAY, _LEEWAY)
        usual += self._loss or 0.0
        gain, limited = usual, np.empty_like(part)
        for _ in range(4):
            _limit(part, rate, gain, CEILING_DB - _MARGIN_DB, limited)
            error = TARGET_LUFS - _integrated(np.concatenate([*self._heard, _hop_energies(limited, rate, rate // 10)]))
            wanted = float(np.clip(gain + error, usual + least, usual + most))
            if abs(error) < _TOLERANCE or wanted == gain:
                break
            gain = wanted
        return limited, gain


def _limit(samples: Samples, rate: int, gain_db: float, ceiling_db: float, limited: Samples) -> None:
    """Write the samples to `limited`, turned down smoothly 5 ms ahead of every peak: the mean of the least gains within
    reach is never too much."""
    gain, ceiling = 10 ** (gain_db / 20), 10 ** (ceiling_db / 20)
    reach = 2 * round(_REACH * rate) + 1
    for start, part, inner in _blocks(samples, 4 * reach):
        peaks = np.abs(_oversampled(part)).reshape(-1, _OVERSAMPLING).max(axis=1) * gain
        needed = ceiling / np.maximum(peaks, ceiling)
        smooth = _means(_least(needed, reach), reach)
        limited[start : start + inner.stop - inner.start] = (part * smooth * gain)[inner]
        let_go(limited)


def _blocks(samples: Samples, margin: int) -> Iterator[tuple[int, Samples, slice]]:
    """Yield (start, samples with a margin on both sides, where the block lies in them)."""
    for start in range(0, len(samples), _BLOCK):
        end = min(start + _BLOCK, len(samples))
        first = max(0, start - margin)
        yield start, samples[first : end + margin], slice(start - first, end - first)
        let_go(samples)


def _oversampled(samples: Samples) -> Samples:
    return polyphase.resampled(samples, _OVERSAMPLING)


def _least(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """The least of the `width` values around each, an odd number."""
    beyond = (width // 2, width // 2 + -(len(values) + width - 1) % width)
    # Each window is the end of a block and the start of the next.
    blocks = np.pad(values, beyond, constant_values=np.inf).reshape(-1, width)
    rising = np.minimum.accumulate(blocks, axis=1).ravel()
    falling = np.minimum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    return np.minimum(falling[: len(values)], rising[width - 1 :][: len(values)])


def _means(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """The mean of the `width` values around each, an odd number; beyond the ends they are mirrored."""
    sums = np.cumsum(np.pad(values, (width // 2 + 1, width // 2), mode="symmetric"), dtype=np.float64)
    return (sums[width:] - sums[:-width]) / width


def _hop_energies(samples: Samples, rate: int, hop: int) -> NDArray[np.float64]:
    """Return the mean square of every full hop after K-weighting."""
    length, rings = len(samples) // hop * hop, round(_RINGS * rate)
    step = min(hop * 20, length)
    size = 1 << (step + rings - 1).bit_length()
    response = _k_response(rate, size)
    before, energies = np.zeros(rings), []
    for start in range(0, length, step or 1):
        part = np.concatenate([before, samples[start : min(start + step, length)]])
        # Multiplying spectra wraps around: the ringing of the end falls into the samples before the part.
        weighted = np.fft.irfft(np.fft.rfft(part, size) * response, size)[rings : len(part)]
        energies.append(np.square(weighted).reshape(-1, hop).mean(axis=1))
        before = part[-rings:]
        let_go(samples)
    return np.concatenate(energies) if energies else np.zeros(0)


@cache
def _k_response(rate: int, size: int) -> NDArray[np.complex128]:
    """The K-weighting of each frequency of a spectrum of `size` samples."""
    delays = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)[:, None] ** np.arange(3)
    sections = [delays @ section[:3] / (delays @ section[3:]) for section in _k_weighting(rate)]
    response: NDArray[np.complex128] = np.prod(sections, axis=0)
    return response


def _k_weighting(rate: int) -> NDArray[np.float64]:
    """Return the two filters of BS.1770 as second-order sections, its analogue prototypes at any rate."""
    shelf = np.tan(np.pi * 1681.974450955533 / rate)
    quality, high = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    middle = high**0.4996667741545416
    scale = 1 + shelf / quality + shelf**2
    first = [
        (high + middle * shelf / quality + shelf**2) / scale,
        2 * (shelf**2 - high) / scale,
        (high - middle * shelf / quality + shelf**2) / scale,
        1.0,
        2 * (shelf**2 - 1) / scale,
        (1 - shelf / quality + shelf**2) / scale,
    ]
    low, quality = np.tan(np.pi * 38.13547087602444 / rate), 0.5003270373238773
    scale = 1 + low / quality + low**2
    second = [1.0, -2.0, 1.0, 1.0, 2 * (low**2 - 1) / scale, (1 - low / quality + low**2) / scale]
    return np.array([first, second])


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))
