"""The motion of a person who only listens, for a video that plays over and over: its end leads into its beginning.

Everything is in the pose of the first frame again after the last one, and moves slowest there.
"""

import math
from collections.abc import Iterator

import numpy as np

from avatars.engines.base import Setup, frame_count
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.motion.breath import HEIGHT, INWARDS, MIDDLE, QUIET, Inhalation
from avatars.engines.puppet.motion.gaze import Gaze
from avatars.engines.puppet.motion.idle import Blinks
from avatars.engines.puppet.motion.planner import LEANS, Motion
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.speech.synthesis.stream import SpeechStream

BREATH = 4.6
"""Seconds of a breath, about: in the middle of those at rest. A loop has a whole number of them."""
HARMONICS = 3
"""Turns of the slowest and the fastest sway in a loop: no more than 0.33 a second in nine seconds."""
SWAYS = {
    Head.YAW: 1.0,
    Head.PITCH: 0.55,
    Head.ROLL: 0.55,
    Head.RIGHT: 0.4,
    Head.DOWN: 0.3,
    Head.NEARER: 0.25,
    Head.LEAN: LEANS,
}
"""The mean sway of each: a little less than in speech."""
BROWS = 0.08  # of `Expression.BROW`: brows of a listener are hardly seen to move


def loop_moves(setup: Setup, speech: SpeechStream, *, block: int) -> Iterator[Motion]:
    """The motion in blocks of so many frames, of a loop as long as the silence `speech`."""
    seconds = speech.until(math.inf)
    whole = _loop(setup, seconds, frame_count(seconds, setup.fps))
    for first in range(0, len(whole), block):
        yield whole.part(first, first + block)


def _loop(setup: Setup, seconds: float, count: int) -> Motion:
    times = (np.arange(count) + 0.5) / setup.fps
    # The first frame is where all begins, and the frame after the last one as well.
    turns = np.arange(count) / count
    face, head = np.zeros((count, len(Expression))), np.zeros((count, len(Head)))
    face[:, Expression.NEUTRAL] = 1
    gaze = np.zeros((count, 2))
    if setup.mode.moves_head:
        for channel, (part, far) in enumerate(SWAYS.items()):
            head[:, part] = far * _sway(setup.seed, channel, turns)
        face[:, Expression.BROW] = np.clip(BROWS * _sway(setup.seed, len(SWAYS), turns), -0.1, 0.3)
        head[:, Head.BREATH] = _breath(seconds, turns)
        gaze = Gaze(setup.seed, setup.fps).at(times, seconds, ())
    blink = Blinks(setup.seed).at(times, seconds, ())
    rows = {"face": face, "head": head, "blink": blink, "gaze": gaze}
    return Motion(**{name: values.astype(np.float32) for name, values in rows.items()})


def _sway(seed: int, channel: int, turns: Floats) -> Floats:
    """Waves of unit deviation that come round in one loop, and stand still for a moment where it begins."""
    random = np.random.default_rng([seed, 40, channel])
    across, along = random.standard_normal((2, HARMONICS)) / np.sqrt(HARMONICS)
    along[-1] = -float(along[:-1] @ np.arange(1, HARMONICS)) / HARMONICS
    angles = 2 * np.pi * turns[:, None] * np.arange(1, HARMONICS + 1)
    swayed: Floats = np.cos(angles) @ across + np.sin(angles) @ along
    return swayed


def _breath(seconds: float, turns: Floats) -> Floats:
    """The height of the shoulders, in hundredths of the eye distance: breathed out where the loop begins."""
    breaths = max(1, round(seconds / BREATH))
    rise, fall = INWARDS, 1 - INWARDS
    inhalation = Inhalation(start=0.0, before=0.0, depth=QUIET, rise=rise, fall=fall)
    return np.array([HEIGHT * (inhalation.at(turn * breaths % 1) - MIDDLE) for turn in turns])
