"""How a voice rises and falls, frame after frame, heard no further ahead than frames are held back.

Everything is measured against the speech before, so that nothing depends on how long the speech goes on.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import correlate1d

from avatars.engines.puppet.face.mesh import Floats
from avatars.speech.synthesis.stream import SpeechStream

QUIETEST = 0.05
"""What counts as a loud voice until a louder one is heard: root mean square of a frame."""
FORGOTTEN = 10.0
"""Seconds after which a loud moment counts half."""
USUAL, SETTLES = 0.35, 4.0
SPEAKING = 0.08
ACCENT = 1.8
"""How much a second the energy of a voice rises where it stresses something."""
ENERGY_REACH, ACCENT_REACH, SPEAKING_REACH = 0.30, 0.36, 0.60
ENERGY_SIGMA, ACCENT_SIGMA, SPEAKING_SIGMA = 0.12, 0.145, 0.25


@dataclass(frozen=True, kw_only=True)
class Rising:
    """Per frame: `energy` (about 0..1) and its `usual` value, whether there is speech (`speaking`, 0..1), and `accent`,
    rises of energy (-1..1)."""

    energy: Floats
    usual: Floats
    speaking: Floats
    accent: Floats


class Voice:
    """Hears a speech for a video of so many frames a second."""

    def __init__(self, speech: SpeechStream, fps: int) -> None:
        self._speech, self._fps = speech, fps
        self._loud, self._mean = QUIETEST, USUAL
        self._energy, self._usual = np.zeros(0), np.zeros(0)
        self._smooth = _bell(ENERGY_SIGMA * fps, int(ENERGY_REACH * fps))
        self._talk = _bell(SPEAKING_SIGMA * fps, int(SPEAKING_REACH * fps))
        rise = _bell(ACCENT_SIGMA * fps, int(ACCENT_REACH * fps))
        steps = np.arange(len(rise)) - len(rise) // 2
        # The slope of the energy, smoothed: the bell's own slope does both at once.
        self._rise = rise * steps / max(1e-9, float((rise * steps**2).sum())) * fps

    def hear(self, frames: int) -> None:
        """Measure the speech up to so many frames of it, all of which are there."""
        first = len(self._energy)
        if frames <= first:
            return
        hop = self._speech.rate / self._fps
        edges = [int(frame * hop) for frame in range(first, frames + 1)]
        samples = self._speech.samples(edges[0], edges[-1]).astype(np.float64)
        energy, usual = np.zeros(frames - first), np.zeros(frames - first)
        for place in range(frames - first):
            part = samples[edges[place] - edges[0] : edges[place + 1] - edges[0]]
            now = float(np.sqrt(np.mean(part * part))) if len(part) else 0.0
            self._loud = max(now, QUIETEST, self._loud * 0.5 ** (1 / (FORGOTTEN * self._fps)))
            energy[place] = now / (0.85 * self._loud)
            self._mean += (energy[place] - self._mean) / (SETTLES * self._fps)
            usual[place] = self._mean
        self._energy, self._usual = np.concatenate([self._energy, energy]), np.concatenate([self._usual, usual])

    def between(self, first: int, last: int) -> Rising:
        """What was heard at these frames."""
        return Rising(
            energy=_filtered(self._energy, self._smooth, first, last),
            usual=_part(self._usual, first, last),
            speaking=_filtered((self._energy > SPEAKING).astype(np.float64), self._talk, first, last),
            accent=np.tanh(_filtered(self._energy, self._rise, first, last) / ACCENT),
        )


def smoothed(values: Floats, sigma: float, reach: int) -> Floats:
    """All but the first and last `reach` of these values, each mixed with its neighbours."""
    return _valid(values, _bell(sigma, reach))


def _bell(sigma: float, reach: int) -> Floats:
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    shares: Floats = weights / weights.sum()
    return shares


def _filtered(values: Floats, weights: Floats, first: int, last: int) -> Floats:
    """`values` weighted with their neighbours, from `first` to before `last`; there is silence around them."""
    reach = len(weights) // 2
    return _valid(_part(values, first - reach, last + reach), weights)


def _valid(values: Floats, weights: Floats) -> Floats:
    reach = len(weights) // 2
    found: Floats = correlate1d(values, weights, mode="constant")
    return found[reach : len(found) - reach]


def _part(values: Floats, first: int, last: int) -> Floats:
    part = np.zeros(last - first)
    inside = values[max(0, first) : max(0, last)]
    at = max(0, -first)
    part[at : at + len(inside)] = inside
    return part
