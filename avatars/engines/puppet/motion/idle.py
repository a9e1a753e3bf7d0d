"""Idle motion: lids that blink, and noise that wanders, frame after frame without an end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.motion.pauses import pauses
from avatars.speech.base import Sound

BLINK_CLOSE, BLINK_HOLD, BLINK_OPEN = 0.09, 0.04, 0.16  # seconds, about a person's: lids fall faster than they rise
DOUBLE_BLINK, AGAIN = 0.12, 0.35  # how often a second blink follows (0..1), and after how many seconds
SOONEST, LATEST = 1.7, 4.2
"""Seconds from one blink to where the next one is due; it then waits for the end of a phrase."""
WAITS = 1.0
"""Seconds for which a blink that is due waits, at most."""
PAUSE = 0.12
"""Seconds of silence that end a phrase."""
AFTER_PHRASE = 0.05  # seconds into the silence: a blink marks the end of a phrase and does not cut it off
PARTIAL, LOOK = 0.16, 0.10
"""The shares of blinks that are partial, and that stay down for a moment."""
PARTLY, LOW = (0.45, 0.75), (0.25, 0.40)
"""0..1, from where to where: how far lids come down in a partial blink, and in a moment of looking down."""
LOOKS = (0.20, 0.30)
"""Seconds of such a look. All of it ends within the speech that is known when it begins."""
LAST_BLINK = 0.55
"""Seconds before the end: a video does not stop with lids half closed."""
FARTHEST = 2.2  # times the usual sway: rare peaks of the noise are cut off


@dataclass(frozen=True, kw_only=True)
class Blink:
    """Lids are `depth` down (0..1) at `moment` and stay so for `hold` seconds."""

    moment: float
    depth: float
    hold: float

    def at(self, times: Floats) -> Floats:
        """The closure of the lids at a time, 0..1."""
        since = times - self.moment
        closing = np.clip(1 + since / BLINK_CLOSE, 0, 1)
        opening = np.clip(1 - (since - self.hold) / BLINK_OPEN, 0, 1)
        shut = np.minimum(closing, opening)
        smooth: Floats = self.depth * shut * shut * (3 - 2 * shut)
        return smooth


class Blinks:
    """Lids close fast and open slower, every two to five seconds, where a phrase ends if one does; sometimes twice,
    partly, or for a longer look. Their place depends on the seed and on the speech until half a second later."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng([seed, 0])
        self._blinks: list[Blink] = []
        self._due, self._waits = float(self._random.uniform(0.8, 2.2)), True

    def at(self, times: Floats, until: float, sounds: Sequence[Sound]) -> Floats:
        """From open 0 to shut 1 at these times; no blink begins just before `until`, where the known speech ends.

        `sounds` are those around the times, up to `until`.
        """
        while (moment := self._moment(float(times[-1]) + BLINK_CLOSE, sounds)) is not None:
            self._blinks.append(self._blink(moment))
            again = self._random.random() < DOUBLE_BLINK
            self._waits = not again
            self._due = moment + (AGAIN if again else float(self._random.uniform(SOONEST, LATEST)))
        shut = np.zeros(len(times))
        for blink in self._blinks[-4:]:
            if blink.moment < until - LAST_BLINK:
                shut = np.maximum(shut, blink.at(times))
        return shut

    def _moment(self, last: float, sounds: Sequence[Sound]) -> float | None:
        """The time of the next blink; None if later than `last`."""
        latest = self._due + (WAITS if self._waits else 0.0)
        for begin, end in pauses(sounds, PAUSE):
            moment = max(begin + AFTER_PHRASE, self._due)
            if moment < min(end, latest):
                return moment if moment <= last else None
        return latest if latest <= last else None

    def _blink(self, moment: float) -> Blink:
        kind = self._random.random()
        if kind < LOOK:
            return Blink(moment=moment, depth=self._random.uniform(*LOW), hold=self._random.uniform(*LOOKS))
        depth = self._random.uniform(*PARTLY) if kind < LOOK + PARTIAL else 1.0
        return Blink(moment=moment, depth=depth, hold=BLINK_HOLD)


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
