"""From the network's times to audible segments: one per sound, cut to the part with energy.

The network gives a sound before a pause much of the pause (0.15 s in a sentence, 0.7 s at its end) and reports
the first sound after it late; tone, length and stress marks have times, which belong to their vowel.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

import numpy as np
from numpy.typing import NDArray

from avatars.speech.kokoro.model import RATE

NOBODY = -1
"""The owner of silence."""

_PAUSES = frozenset(' ,.!?;:—…"()“”')
_LENGTHENS_PREVIOUS = frozenset("↓→↗↘ːʰʲ̃ᵝ")
_STRESS = frozenset("ˈˌ")
_SHORT_BLANK = round(0.06 * RATE)  # samples: 60 ms; a shorter blank between words is not heard as a pause
_HOP = RATE // 100  # samples: energy is looked at every 10 ms
_FLOOR = 0.01  # of the loudest frame (−40 dB): quieter frames are silence
_FURTHEST = 8  # frames of 10 ms that an edge may be moved: the network's own error is below 60 ms
_SHORTEST = round(0.03 * RATE)  # samples: 30 ms; no sound is shorter


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A sound or ("") a silence between two sample numbers; `owner` is an index of the caller's, or `NOBODY`."""

    symbol: str
    start: int
    end: int
    owner: int


def merge(timed: Iterable[Segment]) -> list[Segment]:
    """Join marks to the sound they colour, pauses to one silence, and blanks under 60 ms to the sound before them."""
    merged: list[Segment] = []
    stress: Segment | None = None
    for item in timed:
        if item.symbol in _STRESS:
            stress = stress or item
        elif item.symbol in _LENGTHENS_PREVIOUS or _is_short_blank(item):
            if merged:
                merged[-1] = replace(merged[-1], end=item.end)
        elif item.symbol in _PAUSES:
            if merged and not merged[-1].symbol:
                merged[-1] = replace(merged[-1], end=item.end)
            else:
                merged.append(replace(item, symbol="", owner=NOBODY))
        else:
            start = stress.start if stress else item.start
            mark = "ˈ" if stress and stress.symbol == "ˈ" else ""
            merged.append(replace(item, symbol=mark + item.symbol, start=start))
            stress = None
    return merged


def cut(segments: list[Segment], samples: NDArray[np.float32]) -> list[Segment]:
    """Return the sounds alone, their ends moved to where the signal crosses −40 dB of its maximum.

    A pause through which the voice goes on is none: it is given to the sound before it.
    """
    loud = _loud(samples)
    sounds = [segment for segment in segments if segment.symbol]
    for index, (sound, following) in enumerate(pairwise(sounds)):
        if sound.end < following.start and loud[sound.end // _HOP : following.start // _HOP].all():
            sounds[index] = replace(sound, end=following.start)
    trimmed: list[Segment] = []
    for sound, following in zip_longest(sounds, sounds[1:]):
        before = trimmed[-1].end if trimmed else 0
        start = _onset(sound.start, before, loud) if sound.start > before else sound.start
        limit = following.start if following else len(samples)
        trimmed.append(replace(sound, start=start, end=_offset(sound, limit, loud) if limit > sound.end else sound.end))
    return trimmed


def _is_short_blank(item: Segment) -> bool:
    return item.symbol == " " and item.end - item.start < _SHORT_BLANK


def _loud(samples: NDArray[np.float32]) -> NDArray[np.bool_]:
    frames = samples[: len(samples) // _HOP * _HOP].reshape(-1, _HOP)
    level = np.sqrt(np.square(frames).mean(axis=1))
    return np.asarray(level > level.max(initial=0.0) * _FLOOR)


def _onset(start: int, before: int, loud: NDArray[np.bool_]) -> int:
    """Pull a sound after a pause back to where the voice begins, by 80 ms at most."""
    frame = reported = min(start // _HOP, len(loud))
    while frame > 0 and frame > reported - _FURTHEST and loud[frame - 1]:
        frame -= 1
    return max(before, min(start, frame * _HOP))


def _offset(sound: Segment, limit: int, loud: NDArray[np.bool_]) -> int:
    """End a sound before a pause where the voice ends: earlier by any amount, or later by 80 ms at most."""
    frame = reported = min(-(-sound.end // _HOP), len(loud))
    while frame > sound.start // _HOP + 3 and not loud[frame - 1]:
        frame -= 1
    while frame < min(len(loud), reported + _FURTHEST) and loud[frame]:
        frame += 1
    return min(limit, max(frame * _HOP, sound.start + _SHORTEST))
