"""What moves of itself: lids that blink, and noise that wanders. Frame after frame, without an end in sight."""

import numpy as np

from avatars.engines.puppet.face.mesh import Floats

BLINK_CLOSE, BLINK_HOLD, BLINK_OPEN = 0.09, 0.04, 0.16
DOUBLE_BLINK = 0.12
LAST_BLINK = 0.3
"""Seconds before the end: a video does not stop with lids half closed."""
FARTHEST = 2.2


class Blinks:
    """Lids close fast and open slower, every two to five seconds, sometimes twice."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng([seed, 0])
        self._moments = [float(self._random.uniform(0.8, 2.2))]

    def at(self, times: Floats, until: float) -> Floats:
        """From open 0 to shut 1 at these times; no blink begins just before `until`, where the known speech ends."""
        while self._moments[-1] < times[-1] + BLINK_CLOSE:
            again = self._random.random() < DOUBLE_BLINK
            self._moments.append(self._moments[-1] + (0.35 if again else float(self._random.uniform(2.0, 4.8))))
        shut = np.zeros(len(times))
        for moment in self._moments:
            if times[0] - BLINK_HOLD - BLINK_OPEN < moment < min(times[-1] + BLINK_CLOSE, until - LAST_BLINK):
                since = times - moment
                closing = np.clip(1 + since / BLINK_CLOSE, 0, 1)
                opening = np.clip(1 - (since - BLINK_HOLD) / BLINK_OPEN, 0, 1)
                shut = np.maximum(shut, np.minimum(closing, opening))
        smooth: Floats = shut * shut * (3 - 2 * shut)
        return smooth


class Wander:
    """Noise that wanders no faster than `hertz`, of unit deviation over a long time; each `channel` wanders alone."""

    def __init__(self, hertz: float, fps: int, *, seed: int, channel: int) -> None:
        sigma = fps / (2 * np.pi * hertz)
        self._reach = int(4 * sigma)
        steps = np.arange(-self._reach, self._reach + 1)
        weights = np.exp(-0.5 * (steps / sigma) ** 2)
        # The deviation of the filter, not of the sample: a short clip must not be shaken to make up for its length.
        self._weights = weights / np.sqrt((weights**2).sum())
        self._random = np.random.default_rng([seed, channel])
        self._noise = self._random.standard_normal(2 * self._reach)

    def next(self, count: int) -> Floats:
        """Its values on the next so many frames."""
        noise = np.concatenate([self._noise, self._random.standard_normal(count)])
        self._noise = noise[count:]
        windows = np.lib.stride_tricks.sliding_window_view(noise, 2 * self._reach + 1)
        wandered: Floats = (windows * self._weights).sum(axis=1)
        return np.clip(wandered, -FARTHEST, FARTHEST)
