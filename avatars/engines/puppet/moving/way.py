"""The order of a video's frames: forwards and backwards, turning where the person is calm."""

from collections.abc import Iterator

import numpy as np

from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.moving.frames import Leg

END = 0.12
"""The share of the video, at its beginning and its end, in which it turns: at the calmest frame."""
CALMEST = 0.25
"""The share of frames, the calmest, at one of which a video begins."""


def legs(motion: Floats, seed: int) -> Iterator[Leg]:
    """The way through a video without an end, from a start that the seed chooses.

    `motion` (n,) is how much each frame differs from the one before. A frame where the video turns is shown once, so
    that no two frames follow each other which did not in the video.
    """
    first, last = turns(motion)
    random = np.random.default_rng([seed, 3])
    at = start(motion, first, last, random)
    step = 1 if at < last and (at <= first or random.random() < 0.5) else -1
    while True:
        end = last if step > 0 else first
        yield Leg(first=at, count=abs(end - at) + 1, step=step)
        at, step = end - step, -step


def turns(motion: Floats) -> tuple[int, int]:
    """The calmest frames near both ends, whose step to the frame before the turn, shown twice, is small too."""
    count = len(motion)
    near = max(1, int(END * count))
    begins, ends = unrest(motion)
    first, last = int(np.argmin(begins[:near])), count - near + int(np.argmin(ends[count - near :]))
    return (first, last) if last > first else (0, count - 1)


def unrest(motion: Floats) -> tuple[Floats, Floats]:
    """The visibility of a turn at each frame, for a way that begins there and for one that ends there."""
    calm = np.convolve(np.pad(motion, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    return calm + np.append(motion[1:], motion[-1:]), calm + motion


def start(motion: Floats, first: int, last: int, random: np.random.Generator) -> int:
    """One of the calmest frames between two."""
    calm = np.argsort(motion[first : last + 1], kind="stable")
    return first + int(random.choice(np.sort(calm[: max(1, int(CALMEST * len(calm)))])))
