"""Where the eyes of a drawn portrait really end: the mesh knows real eyes, and drawn ones are larger and pointed."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.colours import LUMA
from avatars.engines.puppet.mesh import Floats

# As shares of the eye distance.
HIGHEST, LOWEST = 0.06, 0.07
BEYOND = 0.16
BELOW_EYE = (0.10, 0.18)
FINENESS = 2.0
# Grey levels from the skin's colour, and how much darker than skin a lash is.
NOT_SKIN, LIGHT = 42.0, 0.60
# How far a lid goes past the lower one, or the mesh's error would leave a sliver of the eye.
OVERLAP = 0.014
# The lid ends within its lashes, or it would bring a rim of the eye along.
INTO_LASHES = 0.012
SMOOTH = 0.03
THIN = 0.008


@dataclass(frozen=True, kw_only=True)
class Lids:
    """Heights of both lids over even steps from `start` to `end` along the eye; pixels in the eye's coordinates."""

    start: float
    end: float
    upper: Floats
    lower: Floats


class _Eye:
    """The picture in the coordinates of an eye: which pixels are not skin, and which of those are light (no lash)."""

    def __init__(self, picture: Picture, axes: Floats, middle: Floats, steps: Floats, heights: Floats) -> None:
        place = middle + steps[:, None, None] * axes[:, 0] + heights[None, :, None] * axes[:, 1]
        seen = cv2.remap(picture, place.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        self.colours = seen.astype(np.float64)
        self.heights = heights

    def sorted_by(self, skin: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        other = np.abs(self.colours - skin).max(axis=2) > NOT_SKIN
        return other, other & (self.colours @ LUMA > LIGHT * (skin @ LUMA))


def drawn_lids(picture: Picture, axes: Floats, middle: Floats, unit: float, mesh: Lids) -> Lids:
    """The lids of the mesh moved to where the white of a drawn eye ends; `axes` are along and down, as columns."""
    step = 1 / FINENESS
    steps = np.arange(mesh.start - BEYOND * unit, mesh.end + BEYOND * unit, step)
    even = np.linspace(mesh.start, mesh.end, len(mesh.upper))
    upper, lower = np.interp(steps, even, mesh.upper), np.interp(steps, even, mesh.lower)
    heights = np.arange(upper.min() - HIGHEST * unit, lower.max() + BELOW_EYE[1] * unit, step)
    eye = _Eye(picture, axes, middle, steps, heights)
    inside = (steps > mesh.start) & (steps < mesh.end)
    under = heights > lower.max() + BELOW_EYE[0] * unit
    other, light = eye.sorted_by(np.median(eye.colours[inside][:, under].reshape(-1, 3), axis=0))
    top, bottom, found = upper.copy(), lower.copy(), inside.copy()
    for i in np.flatnonzero(inside).tolist():
        bottom[i] = max(lower[i], _reach(other[i], heights, lower[i], LOWEST * unit) - OVERLAP * unit)
        top[i] = min(upper[i], -_reach(light[i][::-1], -heights[::-1], -upper[i], HIGHEST * unit))
    leftmost, rightmost = (int(edge) for edge in np.flatnonzero(inside)[[0, -1]])
    for columns in (range(leftmost - 1, -1, -1), range(rightmost + 1, len(steps))):
        for i in columns:
            near = i - columns.step
            run = _run(light[i], heights, top[near], bottom[near])
            if run is None or run[1] - run[0] < THIN * unit:
                # Both lids meet where the white of the eye ends.
                break
            top[i], bottom[i], found[i] = *run, True
    first, last = np.flatnonzero(found)[[0, -1]]
    # A lower lid hangs in one bow, and so does the edge of the lid that comes down on it.
    bottom[first : last + 1] = _bow(bottom[first : last + 1])
    whole = np.linspace(steps[first], steps[last], len(mesh.upper))
    sigma = SMOOTH * unit * FINENESS
    smooth = [
        cv2.GaussianBlur(line[None, first : last + 1], (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)[0]
        for line in (top, bottom)
    ]
    return Lids(
        start=float(whole[0]),
        end=float(whole[-1]),
        upper=np.interp(whole, steps[first : last + 1], smooth[0]) - INTO_LASHES * unit,
        lower=np.interp(whole, steps[first : last + 1], smooth[1]),
    )


def _bow(heights: Floats) -> Floats:
    """The least curve that is nowhere above these (y grows downwards) and bends one way only."""
    kept: list[int] = []
    for i in range(len(heights)):
        while len(kept) > 1 and _turns(heights, kept[-2], kept[-1], i):
            kept.pop()
        kept.append(i)
    bow: Floats = np.interp(np.arange(len(heights)), kept, heights[kept])
    return bow


def _turns(heights: Floats, a: int, b: int, c: int) -> bool:
    """Whether the middle one of three lies above the line between the others."""
    return bool((heights[b] - heights[a]) * (c - a) <= (heights[c] - heights[a]) * (b - a))


def _reach(mask: NDArray[np.bool_], heights: Floats, start: float, most: float) -> float:
    """How far down from `start` the mask goes on without a gap."""
    first = int(np.searchsorted(heights, start))
    last = first
    while last < len(mask) and mask[last] and heights[last] < start + most:
        last += 1
    return float(heights[min(last, len(heights) - 1)]) if last > first else start


def _run(mask: NDArray[np.bool_], heights: Floats, top: float, bottom: float) -> tuple[float, float] | None:
    """The longest unbroken part of a column that touches the span of its neighbour."""
    near = np.flatnonzero(mask & (heights >= top - 2) & (heights <= bottom + 2))
    if not len(near):
        return None
    parts = np.split(near, np.flatnonzero(np.diff(near) > 1) + 1)
    longest = max(parts, key=len)
    return float(heights[longest[0]]), float(heights[longest[-1]])
