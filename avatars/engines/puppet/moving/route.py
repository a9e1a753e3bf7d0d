"""A way through the video of a person who speaks: it comes to silent places where we pause, and stays there.

Cheeks, jaw and throat that move with the person's own speech would be seen while nothing is heard.
"""

from collections.abc import Iterator
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from avatars.engines.portrait_video import Track
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.moving.way import legs, start, turns

SPEAKS = 0.05
"""Eye distances: the gap between the lips varies more in a person who speaks."""
AHEAD = 32
"""Frames by which our pauses are known before they are shown."""
BETWEEN_TURNS = 12
"""Frames that are shown between two turns at least: a body that sways faster is seen to."""
AROUND = 3  # frames to both sides in which a silent place must be calm too
CALM = 0.3
"""The share of frames, the calmest, at which it may turn between the ends."""
STILL = 0.25
"""The most that the lips of a silent place move, as a share of their motion in speech."""

Marks = NDArray[np.bool_]


def speaks(gap: Floats) -> bool:
    """Whether the person in a video speaks, by the gap between the lips in each frame."""
    return bool(np.percentile(gap, 90) - np.percentile(gap, 10) > SPEAKS)


def silent(gap: Floats) -> Marks:
    """The frames around which the lips hardly move."""
    around = np.lib.stride_tricks.sliding_window_view(np.pad(gap, AROUND, mode="edge"), 2 * AROUND + 1)
    moved = np.ptp(around, axis=1)
    return np.asarray(moved <= STILL * np.percentile(moved, 90))


def planned(track: Track, seed: int, pauses: Marks) -> tuple[int, ...]:
    """The number of a frame for each of these marks, which are whether we pause: the way of a whole video at once."""
    if not speaks(track.gap):
        steps = (range(leg.first, leg.first + leg.count * leg.step, leg.step) for leg in legs(track.motion, seed))
        return tuple(islice(chain.from_iterable(steps), len(pauses)))
    route = Route(track, seed)
    numbers, frames = route.numbers(), []
    for at in range(len(pauses)):
        route.coming = pauses[at : at + AHEAD + 1]
        frames.append(next(numbers))
    return tuple(frames)


class Route:
    """The numbers of the frames, one after the other; neighbours were neighbours in the video.

    It turns near both ends as `way.legs`, and between them at calm frames where this brings more of our pauses to
    silent places.
    """

    def __init__(self, track: Track, seed: int) -> None:
        motion = track.motion
        self._silent = silent(track.gap)
        self._first, self._last = turns(motion)
        steps = np.maximum(motion, np.append(motion[1:], motion[-1:]))
        self._calm = steps <= np.quantile(steps, CALM)
        random = np.random.default_rng([seed, 3])
        quiet = np.where(self._silent, motion, motion + motion.max())
        self._at = start(quiet, self._first, self._last, random)
        self._step = 1 if self._at < self._last and (self._at <= self._first or random.random() < 0.5) else -1
        self._since = BETWEEN_TURNS
        self.coming: Marks = np.zeros(0, bool)
        """Whether we pause now, and in the frames that follow: to be set before each frame is asked for."""

    def numbers(self) -> Iterator[int]:
        """The way, without an end."""
        yield self._at
        while True:
            self._move(self.coming)
            yield self._at

    def _move(self, coming: Marks) -> None:
        self._since += 1
        if self._turns_now(coming):
            self._step, self._since = -self._step, 0
        self._at = min(max(self._at + self._step, self._first), self._last)

    def _turns_now(self, coming: Marks) -> bool:
        if self._at + self._step < self._first or self._at + self._step > self._last:
            return True
        if self._since < BETWEEN_TURNS or not self._calm[self._at] or not coming.any():
            return False
        now, later = self._hits(coming, 0), [self._hits(coming, 0, turning=False)]
        later += [self._hits(coming, at) for at in range(1, len(coming)) if self._may_turn(at)]
        return now > max(later)

    def _may_turn(self, after: int) -> bool:
        at = self._at + after * self._step
        return self._first <= at <= self._last and bool(self._calm[at])

    def _hits(self, coming: Marks, after: int, *, turning: bool = True) -> int:
        """The number of our pauses at silent places, if it turns after so many frames."""
        steps = np.arange(1, len(coming) + 1)
        if turning:
            steps = np.where(steps <= after, steps, 2 * after - steps)
        at = self._at + self._step * steps
        at = np.where(at > self._last, 2 * self._last - at, at)
        at = np.clip(np.where(at < self._first, 2 * self._first - at, at), self._first, self._last)
        return int((self._silent[at] & coming).sum())
