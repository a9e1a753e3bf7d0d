"""All that moves over time, frame by frame: lips from the sounds, blinks, and a head that is never quite still."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from avatars.engines.base import Shot
from avatars.engines.puppet.expressions import JAW_DROP, SHUT_IN, SPREAD
from avatars.engines.puppet.geometry import smoothstep
from avatars.engines.puppet.lips import aperture, lip_poses
from avatars.engines.puppet.mesh import Floats
from avatars.engines.puppet.parameters import LIPS, Expression, Head
from avatars.speech.base import Speech

BREATH_SECONDS = 3.7
BLINK_CLOSE, BLINK_HOLD, BLINK_OPEN = 0.09, 0.04, 0.16
DOUBLE_BLINK = 0.12


@dataclass(frozen=True, kw_only=True)
class Motion:
    """One row per frame: `face` (n, 9) by `Expression`, `head` (n, 7) by `Head`, `blink` (n,) from open 0 to shut 1."""

    face: NDArray[np.float32]
    head: NDArray[np.float32]
    blink: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class _Voice:
    """Per frame: `energy` (about 0..1), whether anybody is `speaking` (0..1), and `accent`, rises of energy (-1..1)."""

    energy: Floats
    speaking: Floats
    accent: Floats


def plan(shot: Shot, *, strength: float = 1.0) -> Motion:
    """The motion of a shot: the same for the same seed."""
    count = shot.frame_count
    times = (np.arange(count) + 0.5) / shot.fps
    random = np.random.default_rng(shot.seed)
    face, head = np.zeros((count, len(Expression))), np.zeros((count, len(Head)))
    face[:, Expression.NEUTRAL] = 1
    if count:
        face[:, list(LIPS)] = lip_poses(shot.speech.sounds, times, strength=strength)
    blink = _blinks(times, random)
    if shot.mode.moves_head and count:
        voice = _voice(shot.speech, count, shot.fps)
        head = _head(voice, shot.fps, random)
        head[:, Head.BREATH] = 0.55 * np.sin(2 * np.pi * times / BREATH_SECONDS)
        face[:, Expression.BROW] = _brows(voice, shot.fps, random)
    return Motion(face=face.astype(np.float32), head=head.astype(np.float32), blink=blink.astype(np.float32))


def smiling(face: NDArray[np.float32], gap: float) -> NDArray[np.float32]:
    """The poses for a portrait whose own lips are `gap` (eye distances) apart: open sounds part them as in the portrait
    rather than by the jaw, so that its teeth are seen; how far the lips are apart stays the same."""
    asked = aperture(face[:, list(LIPS)].astype(np.float64))
    by_jaw = JAW_DROP * np.maximum(0.0, face[:, Expression.JAW])
    back = np.minimum(0.7 * smoothstep(0.01, 0.06, asked), 0.9 * by_jaw / gap)
    eased = face.copy()
    eased[:, Expression.NEUTRAL] -= back
    eased[:, Expression.JAW] -= back * gap / JAW_DROP
    # Shut lips are drawn in a little, and less of that is left; the mouth shall be no wider for it.
    eased[:, Expression.WIDE] -= back * SHUT_IN / SPREAD
    return eased


def _voice(speech: Speech, count: int, fps: int) -> _Voice:
    hop = speech.rate / fps
    edges = np.minimum((np.arange(count + 1) * hop).astype(int), len(speech.samples))
    energy = np.array(
        [
            np.sqrt(np.mean(np.square(speech.samples[a:b], dtype=np.float64))) if b > a else 0.0
            for a, b in pairwise(edges)
        ]
    )
    loud = float(np.percentile(energy, 95))
    energy = energy / loud if loud > 1e-4 else np.zeros(count)
    smooth = gaussian_filter1d(energy, fps * 0.12)
    accent = gaussian_filter1d(np.gradient(smooth), fps * 0.08) if count > 1 else np.zeros(count)
    return _Voice(
        energy=smooth,
        speaking=gaussian_filter1d((energy > 0.08).astype(float), fps * 0.25),
        accent=accent / max(1e-6, float(np.abs(accent).max())),
    )


def _head(voice: _Voice, fps: int, random: np.random.Generator) -> Floats:
    """Slow drift at all times, nods and small turns with the voice."""
    count, speaking = len(voice.energy), voice.speaking
    lively = (voice.energy - voice.energy.mean()) * speaking

    def drift(hertz: float) -> Floats:
        return _drift(count, fps, hertz, random)

    head = np.zeros((count, len(Head)))
    head[:, Head.YAW] = 1.3 * drift(0.25) + 0.5 * drift(0.6) * speaking
    head[:, Head.PITCH] = 0.7 * drift(0.3) + 0.9 * lively + 0.7 * voice.accent * speaking
    head[:, Head.ROLL] = 0.7 * drift(0.22) + 0.25 * drift(0.7) * speaking
    head[:, Head.RIGHT] = 0.5 * drift(0.18)
    head[:, Head.DOWN] = 0.35 * drift(0.2) + 0.35 * lively
    head[:, Head.NEARER] = 0.25 * drift(0.15)
    return head


def _brows(voice: _Voice, fps: int, random: np.random.Generator) -> Floats:
    accents = gaussian_filter1d(np.clip(voice.accent, 0, 1), fps * 0.12)
    raised: Floats = np.clip(0.10 * _drift(len(accents), fps, 0.4, random) + 0.70 * accents, -0.1, 0.9)
    return raised


def _drift(count: int, fps: int, hertz: float, random: np.random.Generator) -> Floats:
    """Noise that wanders no faster than `hertz`, of unit deviation over a long time."""
    margin = int(4 * fps)
    sigma = fps / (2 * np.pi * hertz)
    noise = gaussian_filter1d(random.standard_normal(count + 2 * margin), sigma)[margin : margin + count]
    # The deviation of the filter, not of the sample: a short clip must not be shaken to make up for its length.
    scaled: Floats = noise * np.sqrt(2 * np.sqrt(np.pi) * sigma)
    return np.clip(scaled, -2.2, 2.2)


def _blinks(times: Floats, random: np.random.Generator) -> Floats:
    """Lids close fast and open slower, every two to five seconds, sometimes twice."""
    shut = np.zeros(len(times))
    if not len(times):
        return shut
    moment, end = random.uniform(0.8, 2.2), times[-1] - 0.3
    while moment < end:
        since = times - moment
        closing = np.clip(1 + since / BLINK_CLOSE, 0, 1)
        opening = np.clip(1 - (since - BLINK_HOLD) / BLINK_OPEN, 0, 1)
        shut = np.maximum(shut, np.minimum(closing, opening))
        moment += 0.35 if random.random() < DOUBLE_BLINK else random.uniform(2.0, 4.8)
    smooth: Floats = shut * shut * (3 - 2 * shut)
    return smooth
