"""The check of a video's sound: audible, undistorted, the intended speech, and in its place from first to last word."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars.inspection.expectations import Expected, wrong
from avatars.inspection.thinned_sound import Thinned, heard_in, thinned

Samples = NDArray[np.float32]

SILENT_PEAK = 0.005  # of full scale (−46 dB): a video without this has no sound
CLIPPED_SHARE = 0.002  # of all samples: single peaks are at full scale in good sound, too
LATE = 0.04
"""Seconds by which sound may be off its picture."""

RATE, ENVELOPE_RATE = 8_000, 200
"""Samples a second that are kept of the sound, and of its loudness: 5 ms, finer than `LATE`."""
WINDOW, SHIFT = 2.0, 0.3
"""Seconds that are compared at the beginning and at the end, and how far they are shifted to look for the match."""
BLOCK = 0.25  # seconds of a piece that must not be missing
HEARD, MISSING = 0.02, 0.2
"""Of full scale: from where speech counts as loud; of the speech's level: below which it is missing."""
ALIKE = 0.6  # correlation of both loudness curves, −1..1, below which the sound is another one


def check_sound(path: Path, expected: Expected) -> None:
    """Raises `OutputError` for the first flaw. A long sound is read in blocks, and kept at about `RATE`."""
    rate = expected.shot.speech.rate
    step = max(1, rate // RATE)
    sound = heard_in(path, expected, step)
    if expected.shot.loops:
        if sound.peak >= SILENT_PEAK:
            raise wrong("clipped", "a loop has sound")
        return
    if sound.peak < SILENT_PEAK:
        raise wrong("silent", "there is no sound")
    if sound.clipped / sound.length > CLIPPED_SHARE:
        raise wrong("clipped", "the sound is distorted")
    spoken = Thinned(expected.shot.speech.samples, step)
    _check_place(sound.thinned, spoken, rate / step, expected.begins)
    _check_gaps(sound.thinned, spoken, rate / step, expected.begins)


def _check_place(heard: Samples, spoken: Thinned, rate: float, begins: float) -> None:
    """At its beginning and at its end the sound must be where the speech has it, and be that speech."""
    loud = spoken.louder_than(HEARD)
    if not loud:
        return
    length = round(WINDOW * rate)
    first, last = max(0, loud[0] - round(0.1 * rate)), min(len(spoken), loud[1] + round(0.1 * rate))
    for start, end in ((first, min(first + length, last)), (max(first, last - length), last)):
        at = begins + start / rate
        if _level(heard[start:end]) < MISSING * _level(spoken[start:end]):
            raise wrong("silent", f"there is no sound at {at:.1f} s")
        late, alike = _lag(heard, spoken, start / rate, end / rate, rate)
        if alike < ALIKE:
            # Sound that runs faster or slower has another wave, but still rises and falls as the speech does.
            step = round(rate / ENVELOPE_RATE)
            envelopes = [thinned(np.abs(samples[:]), step) for samples in (heard, spoken)]
            centred = [samples - samples.mean() for samples in envelopes]
            late, alike = _lag(centred[0], centred[1], start / rate, end / rate, rate / step)
        if alike < ALIKE:
            raise wrong("sound_differs", f"from {at:.1f} s one hears something else than what was spoken")
        if abs(late) > LATE:
            raise wrong("drift", f"from {at:.1f} s the sound is off by {1000 * late:+.0f} ms")


def _lag(heard: Samples, spoken: Samples | Thinned, begin: float, finish: float, rate: float) -> tuple[float, float]:
    """The delay of a piece of the speech in seconds, and its likeness there: 1 is the same."""
    start, end, most = round(begin * rate), round(finish * rate), round(SHIFT * rate)
    end = min(end, len(spoken))
    piece = spoken[start:end].astype(np.float64)
    room = np.zeros(end - start + 2 * most)
    source = heard[max(0, start - most) : end + most]
    at = max(0, most - start)
    room[at : at + len(source)] = source
    size = 1 << int(np.ceil(np.log2(len(room) + len(piece))))
    match = np.fft.irfft(np.fft.rfft(room, size) * np.conj(np.fft.rfft(piece, size)), size)[: 2 * most + 1]
    energy = np.concatenate([[0.0], np.cumsum(room**2)])
    near = np.sqrt(np.maximum(energy[len(piece) : len(piece) + 2 * most + 1] - energy[: 2 * most + 1], 1e-12))
    likeness = match / (near * np.linalg.norm(piece) + 1e-12)
    best = int(np.argmax(likeness))
    # Of equally good places the one nearest to the intended place counts: a tone looks the same a period later.
    good = np.flatnonzero(likeness > likeness[best] - 0.01)
    best = int(good[np.argmin(np.abs(good - most))])
    return (best - most) / rate, float(likeness[best])


def _check_gaps(heard: Samples, spoken: Thinned, rate: float, begins: float) -> None:
    """Raises `OutputError` for silence in place of speech."""
    block = round(BLOCK * rate)
    for start in range(0, min(len(heard), len(spoken)) - block + 1, block):
        loud = _level(spoken[start : start + block])
        if loud > HEARD and _level(heard[start : start + block]) < MISSING * loud:
            raise wrong("silent", f"there is no sound at {begins + start / rate:.1f} s")


def _level(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))
