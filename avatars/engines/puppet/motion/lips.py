"""The motion of the lips: every sound pulls towards its shape, strongest in its middle, and neighbours blend.

Shapes are mixed on a fine track and then read at the times of the frames. Silence is closed by construction, and so are
m, b and p.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.motion.prosody import smoothed
from avatars.engines.puppet.motion.visemes import CLOSED, SILENCE, Viseme, is_stressed, visemes
from avatars.engines.puppet.rig.parameters import LIPS
from avatars.speech.base import Sound

RATE = 200  # of the track, a second: fine enough for the shortest sounds at any frame rate
LEAD = 0.045  # seconds: people shape a sound before it is heard, and a mouth that is late is noticed first
SHORT_PAUSE = 0.07  # seconds; a shorter silence is the closure of the stop after it
SOFTNESS = 0.018  # seconds, sigma of the smoothing: more swallows fast sounds, less makes lips jump
SOFT_REACH = round(4 * SOFTNESS * RATE)  # samples: four sigmas, beyond which the bell is nothing
STRESS = 1.15  # times the pull of an unstressed vowel
SETTLE = 0.12  # seconds from the edge of a silence until the lips are wholly at rest
BACKGROUND = 0.02  # weight of a closed mouth where no sound pulls; the weakest sound has 0.12
FARTHEST, FADES = 0.5, 0.1
"""Seconds before and after its sound within which a shape pulls at all, and over the last of which that ends."""
BEHIND = 1.0
"""Seconds after which a sound shapes nothing any more."""
EDGE = 0.1  # seconds that the track goes on beyond the speech, for the smoothing
# How far each parts the lips at 1, in eye distances.
JAW_GAP, LIFT_GAP, DROP_GAP = 0.22, 0.045, 0.055
JAW, WIDE, ROUND, LIFT, DROP, PRESS, TONGUE = range(len(LIPS))
TIP_HALF = 0.05
"""Half the seconds for which the tip of the tongue is up at least: it is quick, and vowels do not hold it down."""


@dataclass(frozen=True, kw_only=True)
class _Gesture:
    """A shape and when it is held, seconds. Lips are ahead of the sound they shape, so times are `LEAD` early."""

    shape: Viseme
    start: float
    end: float
    force: float = 1.0

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    @property
    def half(self) -> float:
        return (self.end - self.start) / 2


def lip_poses(sounds: Sequence[Sound], times: Floats, *, strength: float = 1.0) -> Floats:
    """Amounts of `parameters.LIPS` at `times` (seconds, rising): shape (len(times), 7).

    Of the sounds only those from `BEHIND` before the first of these times to 0.6 s after the last make a difference.
    """
    if not len(times):
        return np.zeros((0, len(LIPS)))
    track = np.arange(int((times[0] - EDGE) * RATE) - 1, int((times[-1] + EDGE) * RATE) + 2) / RATE
    gestures = _gestures(sounds)
    blended = np.pad(_blend(gestures, track), ((SOFT_REACH, SOFT_REACH), (0, 0)), mode="symmetric")
    poses = np.stack([smoothed(shape, SOFTNESS * RATE, SOFT_REACH) for shape in blended.T], axis=1)
    _press_lips(poses, gestures, track)
    _raise_tongue(poses, gestures, track)
    poses[:, [JAW, LIFT, DROP]] *= strength
    poses *= (1 - _stillness(gestures, track))[:, None]
    return np.stack([np.interp(times, track, poses[:, i]) for i in range(len(LIPS))], axis=1)


def aperture(poses: Floats) -> Floats:
    """The intended gap of the lips in the middle, in eye distances, for poses of `lip_poses`."""
    opening: Floats = JAW_GAP * poses[:, JAW] + LIFT_GAP * poses[:, LIFT] + DROP_GAP * poses[:, DROP]
    return np.maximum(0.0, opening)


def _gestures(sounds: Sequence[Sound]) -> list[_Gesture]:
    gestures: list[_Gesture] = []
    early_start: float | None = None
    for i, sound in enumerate(sounds):
        shapes = visemes(sound.symbol)
        if not shapes:
            if sound.end - sound.start >= SHORT_PAUSE:
                gestures.append(_Gesture(shape=SILENCE, start=sound.start - LEAD, end=sound.end - LEAD))
            elif i + 1 < len(sounds) and visemes(sounds[i + 1].symbol):
                # The blink of silence before a stop is its closure: it belongs to the stop.
                early_start = sound.start
            continue
        start = sound.start if early_start is None else early_start
        early_start = None
        gestures += _held(shapes, start - LEAD, sound.end - LEAD, STRESS if is_stressed(sound.symbol) else 1.0)
    return gestures


def _held(shapes: tuple[Viseme, ...], start: float, end: float, stress: float) -> list[_Gesture]:
    edges = np.linspace(start, end, len(shapes) + 1)
    return [
        _Gesture(shape=shape, start=float(edges[k]), end=float(edges[k + 1]), force=stress if shape.vowel else 1.0)
        for k, shape in enumerate(shapes)
    ]


def _blend(gestures: list[_Gesture], track: Floats) -> Floats:
    total, weight = np.zeros((len(track), len(LIPS))), np.full(len(track), BACKGROUND)
    for gesture in gestures:
        if gesture.shape is SILENCE:
            near = _span(track, gesture.start - 0.01, gesture.end + 0.01)
            inside = np.minimum(track[near] - gesture.start - 0.02, gesture.end - track[near] - 0.02)
            pull = gesture.shape.dominance * np.clip(inside / 0.07, 0, 1)
        else:
            half = 1.05 * max(gesture.half, 0.03)
            reach = min(4 * half, half + FARTHEST)
            near = _span(track, gesture.middle - reach, gesture.middle + reach)
            away = np.abs(track[near] - gesture.middle)
            pull = gesture.shape.dominance * np.exp(-((away / half) ** 2.4))
            if reach < 4 * half:
                pull *= np.clip((reach - away) / FADES, 0, 1)
        total[near] += pull[:, None] * np.array(gesture.shape.shape) * gesture.force
        weight[near] += pull
    blended: Floats = total / weight[:, None]
    return blended


def _span(track: Floats, start: float, end: float) -> slice:
    """The part of the track between two times: blending every sound over a whole speech would be quadratic."""
    first = round(track[0] * RATE)
    return slice(max(0, int(start * RATE) - first), max(0, min(len(track), int(end * RATE) + 2 - first)))


def _press_lips(poses: Floats, gestures: list[_Gesture], track: Floats) -> None:
    """Pins m, b and p closed for longer than a frame lasts, beside any other sounds."""
    for gesture in gestures:
        if gesture.shape is CLOSED:
            half = max(gesture.half, 0.045)
            near = _span(track, gesture.middle - 2 * half, gesture.middle + 2 * half)
            pin = np.clip(1.6 * np.exp(-(((track[near] - gesture.middle) / half) ** 4)) - 0.3, 0, 1)
            poses[near, PRESS] = np.maximum(poses[near, PRESS], pin)
    free = 1 - poses[:, PRESS]
    poses[:, [JAW, LIFT, DROP]] *= free[:, None]
    poses[:, WIDE] *= 0.4 + 0.6 * free


def _raise_tongue(poses: Floats, gestures: list[_Gesture], track: Floats) -> None:
    """Takes the tip of the tongue up for l, n, t, d and th, beside any other sounds."""
    poses[:, TONGUE] = 0
    for gesture in gestures:
        if gesture.shape.tongue:
            half = max(gesture.half, TIP_HALF)
            near = _span(track, gesture.middle - 2 * half, gesture.middle + 2 * half)
            up = gesture.shape.tongue * np.exp(-(((track[near] - gesture.middle) / half) ** 4))
            poses[near, TONGUE] = np.maximum(poses[near, TONGUE], up)


def _stillness(gestures: list[_Gesture], track: Floats) -> Floats:
    """1 where a pause is long enough for the lips to have come to rest."""
    still = np.zeros(len(track))
    for gesture in gestures:
        if gesture.shape is SILENCE:
            near = _span(track, gesture.start, gesture.end)
            inside = np.minimum(track[near] - gesture.start, gesture.end - track[near])
            ramp = np.clip(inside / SETTLE, 0, 1)
            still[near] = np.maximum(still[near], ramp * ramp * (3 - 2 * ramp))
    return still
