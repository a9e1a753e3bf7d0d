"""Dialogues: how the one who listens behaves, and two voices that are equally loud."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Look, Shot
from avatars.scenes.layouts import Places
from avatars.speech.base import Speech
from avatars.speech.synthesis.stream import filled

TURN = 7.0
"""Degrees by which the listener is turned to the speaker."""
BEGINS, ENDS = 0.1, 0.15
"""Seconds: it turns after the line has begun, and is back before it ends, so that lines can be joined."""
GLANCE, GLANCE_TURN = 1.1, 4.0
"""Seconds and degrees: the speaker turns to the listener, then to the viewer."""
LOUDER, QUIETER = 12.0, -12.0
"""The most by which a voice is changed, in dB."""


def listening(speech: Speech, place: Places, person: int) -> tuple[Speech, tuple[Look, ...]]:
    """The silent speech and the looks of a person while the other one speaks."""
    silence = replace(
        speech,
        samples=np.zeros_like(speech.samples),
        sounds=tuple(filled([], speech.seconds)),
        tokens=(),
    )
    return silence, _look(BEGINS, speech.seconds - ENDS, TURN * _side(place, person))


def glance(shot: Shot, place: Places, person: int) -> tuple[Look, ...]:
    """The first look of a speaker at the listener."""
    return _look(BEGINS, min(BEGINS + GLANCE, shot.speech.seconds / 2), GLANCE_TURN * _side(place, person))


def matched(speeches: Sequence[Speech], speakers: Sequence[int]) -> list[Speech]:
    """The same at one rate, with the second voice as loud as the first over all that each says."""
    # Slow to load.
    from avatars.speech.audio import mastering
    from avatars.speech.audio.sound_files import resampled

    rate = speeches[0].rate
    even = [
        each if each.rate == rate else replace(each, samples=resampled(each.samples, each.rate, rate), rate=rate)
        for each in speeches
    ]
    whole = [_joined([each for each, who in zip(even, speakers, strict=True) if who == voice]) for voice in (0, 1)]
    loud = [mastering.loudness(samples, rate) for samples in whole]
    if not all(np.isfinite(loud)):
        return even
    gain = np.float32(10 ** (float(np.clip(loud[0] - loud[1], QUIETER, LOUDER)) / 20))
    return [
        replace(each, samples=each.samples * gain) if who else each for each, who in zip(even, speakers, strict=True)
    ]


def _joined(speeches: Sequence[Speech]) -> NDArray[np.float32]:
    return np.concatenate([each.samples for each in speeches]) if speeches else np.zeros(0, np.float32)


def _side(place: Places, person: int) -> int:
    """To which side the other one is: 1 for the right of the picture, 0 for one above the other."""
    own, other = place.box_of(person), place.box_of(1 - person)
    return int(np.sign(other.x - own.x))


def _look(start: float, end: float, yaw: float) -> tuple[Look, ...]:
    return (Look(start=start, end=end, yaw=yaw),) if yaw and end - start > 0.4 else ()
