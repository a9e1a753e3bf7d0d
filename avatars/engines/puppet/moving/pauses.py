"""Each pose of our face, and whether we pause then and soon after."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from avatars.engines.portrait_video import FPS
from avatars.engines.puppet.motion.planner import Motion

STEADY = 0.01
"""Of a motion's whole range: in a pause, every motion of the face changes by less from one frame to the next."""

Poses = NDArray[np.float32]
Marks = NDArray[np.bool_]


def paused(motions: Iterator[Motion], fps: int, *, ahead: int) -> Iterator[tuple[Poses, Marks]]:
    """Each pose, with the marks of it and of up to `ahead` that follow, at `FPS` frames a second.

    The first are there as soon as without looking ahead: as many are known in advance as have been shown.
    """
    ahead = ahead * fps // FPS
    known, shown, begun = np.zeros((0, 0), np.float32), 0, 0
    while True:
        while len(known) - begun <= min(ahead, shown) and (motion := next(motions, None)) is not None:
            known = np.concatenate([known[max(0, begun - 1) :], motion.face]) if len(known) else motion.face
            begun = min(begun, 1)
        if begun >= len(known):
            return
        soon = known[begun : begun + ahead + 1]
        yield known[begun], _marks(known, begun, len(soon))[np.arange(0, len(soon), fps / FPS).astype(int)]
        shown, begun = shown + 1, begun + 1


def _marks(poses: Poses, first: int, count: int) -> Marks:
    """Whether the lips are steady: from the frame before to this one, and from this one to the next."""
    steady = np.abs(np.diff(poses, axis=0)).max(axis=1) < STEADY
    around = np.concatenate([[True], steady, [True]])
    marks: Marks = (around[:-1] & around[1:])[first : first + count]
    return marks
