"""The rise and fall of a voice, frame after frame, heard no further ahead than frames are held back.

Everything is measured against the speech before, so that nothing depends on how long the speech goes on.
"""

from dataclasses import dataclass

import numpy as np

from avatars.engines.puppet.face.mesh import Floats
from avatars.speech.synthesis.stream import SpeechStream

QUIETEST = 0.05
"""Root mean square of a frame that counts as a loud voice until a louder one is heard."""
FORGOTTEN = 10.0
"""Seconds after which a loud moment counts half."""
USUAL, SETTLES = 0.35, 4.0
"""The energy (0..1) that counts as usual before any is heard, and the seconds in which it follows the voice."""
PITCH_SETTLES = 2.0  # seconds in which the usual loudness and pitch follow the voice
LOWEST, HIGHEST, PERIODIC = 75.0, 400.0, 0.45
"""Hertz between which voices speak, and how alike two of their periods are at least."""
SPEAKING = 0.08  # energy, 0..1, above which a frame counts as speech; breath stays below
ACCENT = 1.8
"""The rise of a voice's energy in a second at a stress."""
ENERGY_REACH, ACCENT_REACH, SPEAKING_REACH = 0.30, 0.36, 0.60
"""Seconds that each curve is smoothed to both sides; it must be known so far ahead."""
ENERGY_SIGMA, ACCENT_SIGMA, SPEAKING_SIGMA = 0.12, 0.145, 0.25
"""Seconds, of their bells: 0.4 of the reach, where little is cut off."""


@dataclass(frozen=True, kw_only=True)
class Rising:
    """Per frame: `energy` (about 0..1) and its `usual` value, whether there is speech (`speaking`, 0..1), and `accent`,
    rises of energy (-1..1); and where there is a voice, how many octaves of loudness it is `louder` than usual, and its
    `tone`, semitones above its usual pitch."""

    energy: Floats
    usual: Floats
    speaking: Floats
    accent: Floats
    louder: Floats
    tone: Floats


class Voice:
    """Hears a speech for a video of so many frames a second."""

    def __init__(self, speech: SpeechStream, fps: int) -> None:
        self._speech, self._fps = speech, fps
        self._loud, self._mean = QUIETEST, USUAL
        self._energy, self._usual = np.zeros(0), np.zeros(0)
        self._louder, self._tone = np.zeros(0), np.zeros(0)
        self._level, self._pitch = 0.0, 0.0
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
        energy, usual, louder, tone = np.zeros((4, frames - first))
        for place in range(frames - first):
            part = samples[edges[place] - edges[0] : edges[place + 1] - edges[0]]
            now = float(np.sqrt(np.mean(part * part))) if len(part) else 0.0
            self._loud = max(now, QUIETEST, self._loud * 0.5 ** (1 / (FORGOTTEN * self._fps)))
            energy[place] = now / (0.85 * self._loud)
            self._mean += (energy[place] - self._mean) / (SETTLES * self._fps)
            usual[place] = self._mean
            if energy[place] > SPEAKING:
                louder[place], tone[place] = self._beyond(now), self._above(part)
        self._energy, self._usual = np.concatenate([self._energy, energy]), np.concatenate([self._usual, usual])
        self._louder, self._tone = np.concatenate([self._louder, louder]), np.concatenate([self._tone, tone])

    def _beyond(self, level: float) -> float:
        """The loudness above the usual, in octaves."""
        self._level = self._level or level
        above = float(np.log2(level / self._level))
        self._level += (level - self._level) / (PITCH_SETTLES * self._fps)
        return above

    def _above(self, part: Floats) -> float:
        """Semitones above the usual pitch."""
        hertz = _hertz(part, self._speech.rate)
        if not hertz:
            return 0.0
        semitones = 12 * float(np.log2(hertz))
        self._pitch = self._pitch or semitones
        above = semitones - self._pitch
        self._pitch += above / (PITCH_SETTLES * self._fps)
        return above

    def raw(self, first: int, last: int) -> Rising:
        """The speech in these frames, without smoothing over their neighbours; silence for frames not heard yet."""
        energy = _part(self._energy, first, last)
        return Rising(
            energy=energy,
            usual=_part(self._usual, first, last),
            speaking=(energy > SPEAKING).astype(np.float64),
            accent=np.zeros(len(energy)),
            louder=_part(self._louder, first, last),
            tone=_part(self._tone, first, last),
        )

    def between(self, first: int, last: int) -> Rising:
        """The speech in these frames, smoothed over their neighbours."""
        return Rising(
            louder=_part(self._louder, first, last),
            tone=_part(self._tone, first, last),
            energy=_filtered(self._energy, self._smooth, first, last),
            usual=_part(self._usual, first, last),
            speaking=_filtered((self._energy > SPEAKING).astype(np.float64), self._talk, first, last),
            accent=np.tanh(_filtered(self._energy, self._rise, first, last) / ACCENT),
        )


def _hertz(part: Floats, rate: int) -> float:
    """The pitch of a voice, from the lag at which it repeats itself; 0 where it does not."""
    least, most = int(rate / HIGHEST), min(int(rate / LOWEST), len(part) * 2 // 3)
    if most <= least:
        return 0.0
    spectrum = np.fft.rfft(part - part.mean(), 2 * len(part))
    alike = np.fft.irfft(spectrum.real**2 + spectrum.imag**2)[: most + 1]
    # The further apart, the fewer samples are compared.
    alike = alike / np.maximum(1e-12, alike[0] * (1 - np.arange(most + 1) / len(part)))
    lag = least + int(alike[least : most + 1].argmax())
    return rate / lag if alike[lag] > PERIODIC else 0.0


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
    # numpy would take the longer one for the values.
    return np.correlate(values, weights, "valid") if len(values) >= len(weights) else np.zeros(0)


def _part(values: Floats, first: int, last: int) -> Floats:
    part = np.zeros(last - first)
    inside = values[max(0, first) : max(0, last)]
    at = max(0, -first)
    part[at : at + len(inside)] = inside
    return part
