"""The gaze: at the camera, and for a moment beside it where a phrase ends or a thought begins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.motion.pauses import pauses
from avatars.speech.base import Sound

SOONEST, LATEST = 3.5, 8.0
"""Seconds at the camera between two looks beside it: a presenter's, who keeps to it nine tenths of the time."""
WAITS = 3.0
"""Seconds for which a look that is due waits for a pause, at most."""
PAUSE, BEGINS = 0.15, 0.25
"""Seconds of silence that end a phrase, and after its beginning in which a look can begin."""
LOOKS = (0.40, 0.95)  # seconds of a look beside the camera, the shortest and the longest
SIDEWAYS, UP, DOWN = (4.5, 8.5), 1.0, 4.0
"""Degrees that the eyes turn to a side, and at most up and down: thoughts are looked for beside a face."""
SCANS = (0.8, 2.2)  # seconds between two changes from one of the viewer's eyes to the other
SCAN = 0.8
"""Degrees from one of the viewer's eyes to between them, seen from where people talk; and how often the eyes change."""
SWIFT, SLOWEST = 0.021, 0.0022
"""Seconds that a saccade takes, and for each degree: the main sequence of human saccades."""
BACK = 0.5
"""Seconds before the end in which the eyes are at the camera."""
STILL = 0.45  # seconds at the beginning in which the eyes stay at the camera


@dataclass(frozen=True, kw_only=True)
class Saccade:
    """From one direction to another, beginning at `start`; degrees right and down."""

    start: float
    origin: Floats
    target: Floats

    def at(self, time: float) -> Floats:
        """The gaze at a time, in degrees right and down."""
        lasts = SWIFT + SLOWEST * float(np.linalg.norm(self.target - self.origin))
        share = min(1.0, max(0.0, (time - self.start) / lasts))
        where: Floats = self.origin + (self.target - self.origin) * share * share * (3 - 2 * share)
        return where


class Gaze:
    """Given the times in order; its motion follows from its seed and the speech until half a second later."""

    def __init__(self, seed: int, fps: int) -> None:
        self._random = np.random.default_rng([seed, 21])
        self._early = 0.5 / fps
        self._saccade = Saccade(start=0.0, origin=np.zeros(2), target=np.zeros(2))
        self._due = float(self._random.uniform(2.0, 5.0))
        self._back: float | None = None
        self._scan = float(self._random.uniform(*SCANS))

    def at(self, times: Floats, until: float, sounds: Sequence[Sound]) -> Floats:
        """Degrees right and down (n, 2) at these times; `until` is where the known speech ends."""
        silences = pauses(sounds, PAUSE)
        return np.array([self._look(float(time), until, silences) for time in times]).reshape(-1, 2)

    def _look(self, time: float, until: float, silences: Sequence[tuple[float, float]]) -> Floats:
        if until - time < BACK or time < STILL:
            self._turn(time, np.zeros(2))
        elif self._back is not None:
            if time >= self._back:
                self._back = None
                self._due = time + float(self._random.uniform(SOONEST, LATEST))
                self._turn(time, self._viewer(time))
        elif self._may_leave(time, silences):
            self._back = time + float(self._random.uniform(*LOOKS))
            side = self._random.choice((-1.0, 1.0))
            self._turn(time, np.array([side * self._random.uniform(*SIDEWAYS), self._random.uniform(-UP, DOWN)]))
        elif time >= self._scan:
            self._turn(time, self._viewer(time))
        return self._saccade.at(time)

    def _may_leave(self, time: float, silences: Sequence[tuple[float, float]]) -> bool:
        if time < self._due:
            return False
        return time >= self._due + WAITS or any(begin <= time < begin + BEGINS for begin, _end in silences)

    def _viewer(self, time: float) -> Floats:
        self._scan = time + float(self._random.uniform(*SCANS))
        return np.array([self._random.uniform(-SCAN, SCAN), self._random.uniform(-SCAN, SCAN) / 3])

    def _turn(self, time: float, target: Floats) -> None:
        if not np.array_equal(target, self._saccade.target):
            self._saccade = Saccade(start=time - self._early, origin=self._saccade.at(time), target=target)
