"""Breath: even while there is silence, drawn in quickly before a phrase, and let out over it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.motion.pauses import pauses
from avatars.speech.base import Sound

CYCLE = (3.9, 4.9)
"""Seconds of a breath at rest: 12 to 15 a minute, the lower half of an adult's 12 to 20."""
INWARDS = 0.4
"""The share of it in which air is drawn in: adults at rest take 2 s in and 3 s out."""
SOONEST = 2.0
"""Seconds from one breath to the next where speech asks for it: speakers breathe at every second or third pause."""
PAUSE = 0.2
"""Seconds of silence in which a speaker can breathe; shorter ones are closures and joints of a phrase."""
GASP, SHORTEST = 0.55, 0.30
"""Seconds in which a speaker draws breath before a phrase: half a second, by every study of speech breathing."""
SPOKEN_OUT = 5.5
"""Seconds for which that breath lasts, spoken."""
QUIET, SHALLOW, DEEP = 1.0, 1.15, 1.7
"""The depth of a breath at rest, and after the shortest and the longest phrase: speech takes up to twice the air."""
LONG_PHRASE = 6.0
"""Seconds of speech for which it is as deep as that."""
HEIGHT = 2.0
"""Hundredths of the eye distance (1.8 mm in adults) by which shoulders rise with a breath at rest."""
MIDDLE = 0.4
"""The filling of the lungs in the portrait, of a breath at rest."""
AFTER_SPEECH = 0.4
"""Seconds of silence after which a speaker breathes as at rest."""
AHEAD = 0.6
"""Seconds of speech that it hears ahead."""


@dataclass(frozen=True, kw_only=True)
class Inhalation:
    """From `start` the lungs fill from `before` to `depth` in `rise` seconds, and empty within `fall`."""

    start: float
    before: float
    depth: float
    rise: float
    fall: float

    def at(self, time: float) -> float:
        """The filling of the lungs at a time."""
        since = time - self.start
        if since < self.rise:
            return self.before + (self.depth - self.before) * _eased(since / self.rise)
        return self.depth * (1 - _eased((since - self.rise) / self.fall))


class Breath:
    """Given the times in order; its motion follows from its seed and from the speech until `AHEAD` later."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng([seed, 20])
        self._spoken = 0.0
        # It begins somewhere in a breath, at the height of the portrait and on its way out.
        self._last = self._at_rest(-self._random.uniform(2.2, 3.2), 0.0)
        self._due = self._next()

    def at(self, times: Floats, sounds: Sequence[Sound]) -> Floats:
        """The height of the shoulders at these times, in hundredths of the eye distance."""
        silences = pauses(sounds, PAUSE)
        if sounds and silences and not sounds[-1].symbol and silences[-1][1] == sounds[-1].end:
            # Its end is not known yet.
            silences[-1] = (silences[-1][0], np.inf)
        return np.array([HEIGHT * (self._full(float(time), silences) - MIDDLE) for time in times])

    def _full(self, time: float, silences: Sequence[tuple[float, float]]) -> float:
        silence = next(((begin, end) for begin, end in silences if begin <= time < end), None)
        since = time - self._last.start
        if silence is None:
            self._spoken = max(self._spoken, time)
        elif time < silence[1] <= time + GASP and silence[1] < time + AHEAD and since >= SOONEST:
            rise = max(SHORTEST, silence[1] - time)
            self._begin(time, rise=rise, fall=SPOKEN_OUT, depth=self._depth(since))
        elif time >= self._due and time - self._spoken > AFTER_SPEECH and silence[1] > time + AHEAD:
            self._last = self._at_rest(time, self._last.at(time))
            self._due = self._next()
        return self._last.at(time)

    def _depth(self, since: float) -> float:
        """Deeper after a long phrase, which emptied the lungs."""
        return SHALLOW + (DEEP - SHALLOW) * min(1.0, since / LONG_PHRASE)

    def _begin(self, time: float, *, rise: float, fall: float, depth: float) -> None:
        before = self._last.at(time)
        # A short pause has a shallower breath: shoulders do not jerk.
        reached = before + max(0.0, depth - before) * min(1.0, rise / GASP)
        self._last = Inhalation(start=time, before=before, depth=reached, rise=rise, fall=fall)
        self._due = self._next()

    def _at_rest(self, start: float, before: float) -> Inhalation:
        cycle = float(self._random.uniform(*CYCLE))
        return Inhalation(start=start, before=before, depth=QUIET, rise=INWARDS * cycle, fall=(1 - INWARDS) * cycle)

    def _next(self) -> float:
        return self._last.start + self._last.rise + self._last.fall


def _eased(share: float) -> float:
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)
