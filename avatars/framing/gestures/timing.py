"""The time of each gesture, its pose and its motion, frame by frame, from the words as they become known.

Nothing depends on speech later than `AHEAD` after a frame: the frames are the same whether the rest was spoken before
they were drawn or after.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from avatars.framing.gestures.cues import Cue
from avatars.portraits.half_body.poses import Arm
from avatars.speech.base import Token

AHEAD = 0.68
"""Seconds of speech that must be known after a frame; as much as the built-in engine hears."""
EARLY = 0.34
"""Seconds before its word at which a gesture begins: strokes fall on the word, the way up comes before it."""
RISE, FALL = 0.52, 0.60
"""Seconds of the way up and down."""
HOLDS = {Arm.OPEN: 2.0, Arm.ASK: 1.7}
"""Seconds that the hand stays up: long enough to be seen to arrive, and to go with one phrase."""
COUNTED = 1.9
"""Seconds for which a gesture is held, the way up included; of a number."""
BRIDGES = 0.5
"""A gesture that begins so many seconds after the end of another follows without a way down."""
LAST = 0.68
"""Seconds before the end at which the arm begins to come down, at the latest."""
CHANGE = 0.16
"""Seconds in which fingers change from one number to the next."""
WAVE, WAVES = 7.0, 2.1
"""Degrees and times a second of a wave."""
BEAT, BEAT_SECONDS = 4.0, 0.30
"""Degrees of the small stroke that goes with a number or an open hand, and how long it takes."""


@dataclass(frozen=True, kw_only=True)
class Gesture:
    """Between two poses: `way` from `before` to `now` (0..1); how far the arm is raised (0..1), and turned beyond that.

    `other` is how far the other arm is raised.
    """

    raised: float
    before: Arm
    now: Arm
    way: float
    turn: float
    other: float = 0.0


AT_REST = Gesture(raised=0.0, before=Arm.REST, now=Arm.REST, way=1.0, turn=0.0)
"""Arms down, and no way between two poses."""


@dataclass(frozen=True, kw_only=True)
class _Planned:
    start: float
    word: float
    end: float
    arm: Arm


class Timing:
    """Told the time frame by frame, in order."""

    def __init__(self, cues: Sequence[Cue], fps: int) -> None:
        self._cues, self._fps = {cue.offset: cue.arm for cue in cues}, fps
        self._planned: list[_Planned] = []
        self._share, self._other = 0.0, 0.0
        self._before, self._now, self._changed = Arm.REST, Arm.REST, -math.inf

    def at(self, time: float, tokens: Sequence[Token], end: float | None) -> Gesture:
        """The gesture at a time; `tokens` are known until `AHEAD` later, and `end` if the speech is over by then."""
        for token in tokens:
            if token.start < time + AHEAD and (arm := self._cues.pop(token.offset, None)):
                self._plan(token.start, arm)
        wanted = self._wanted(time, end)
        step = 1 / self._fps
        if wanted is None:
            self._share = max(0.0, self._share - step / FALL)
        else:
            self._show(time, wanted.arm)
            self._share = min(1.0, self._share + step / RISE)
        if wanted is not None and wanted.arm is Arm.ASK:
            self._other = min(self._share, self._other + step / RISE)
        else:
            self._other = max(0.0, self._other - step / FALL)
        if not self._share:
            self._now = Arm.REST
            return AT_REST
        return Gesture(
            raised=_eased(self._share),
            before=self._before,
            now=self._now,
            way=min(1.0, max(0.0, (time - self._changed) / CHANGE)),
            turn=self._turn(time) * self._share,
            other=_eased(self._other),
        )

    def _plan(self, word: float, arm: Arm) -> None:
        start = max(0.0, word - EARLY)
        if self._planned and start - self._planned[-1].end < BRIDGES:
            last = self._planned[-1]
            self._planned[-1] = _Planned(start=last.start, word=last.word, end=start, arm=last.arm)
        self._planned.append(_Planned(start=start, word=word, end=start + HOLDS.get(arm, COUNTED), arm=arm))

    def _wanted(self, time: float, end: float | None) -> _Planned | None:
        if end is not None and time > end - LAST:
            return None
        return next((each for each in reversed(self._planned) if each.start <= time < each.end), None)

    def _show(self, time: float, arm: Arm) -> None:
        if arm is self._now:
            return
        # From below, it comes up with the fingers as they will be.
        self._before = arm if self._now is Arm.REST else self._now
        self._now, self._changed = arm, time

    def _turn(self, time: float) -> float:
        """Degrees beyond the pose: a wave, or a stroke on the word."""
        planned = next((each for each in reversed(self._planned) if each.start <= time), None)
        if planned is None:
            return 0.0
        if planned.arm is Arm.OPEN:
            since = time - planned.start - 0.7 * RISE
            inside = min(1.0, max(0.0, since / 0.25)) * min(1.0, max(0.0, (planned.end + 0.1 - time) / 0.3))
            return WAVE * inside * math.sin(2 * math.pi * WAVES * since)
        since = (time - planned.word - 0.04) / BEAT_SECONDS
        return BEAT * (0.5 - 0.5 * math.cos(2 * math.pi * since)) if 0 < since < 1 else 0.0


def _eased(share: float) -> float:
    return share * share * (3 - 2 * share)
