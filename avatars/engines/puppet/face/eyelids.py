"""The true outlines of a drawn portrait's eyes: the mesh knows real eyes, and drawn ones are larger and pointed."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.colours import LUMA
from avatars.engines.puppet.face.mesh import Floats

# As shares of the eye distance.
HIGHEST, LOWEST = 0.06, 0.07
BEYOND = 0.16  # how far beside the mesh's corners of an eye its real ones are looked for
BELOW_EYE = (0.10, 0.18)  # from where to where below an eye the colour of bare skin is taken
FINENESS = 2.0  # samples a pixel along and across the eye: half a pixel is seen when a lid closes
# Grey levels from the skin's colour, and how much darker than skin a lash is.
NOT_SKIN, LIGHT = 42.0, 0.60
# Times the skin's redness: less is no skin.
PALE = 0.6
# How far a lid goes past the lower one, or a sliver of the eye would be left.
TRACE = 0.006
# The lid ends within its lashes, or it would bring a rim of the eye along.
INTO_LASHES = 0.012
SMOOTH = 0.03  # sigma over which both lines are smoothed: single lashes would bend them
THIN, TAIL, TO_TIP = 0.008, 0.02, 0.02
"""The least gap of an eye; the stretch whose taper leads on to its tip; how far it leads."""


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
        # In the corners the white is shaded until it is no lighter than skin, but never as ruddy.
        other |= _ruddy(self.colours) < PALE * _ruddy(skin)
        return other, other & (self.colours @ LUMA > LIGHT * (skin @ LUMA))


def _ruddy(colours: Floats) -> Floats:
    ruddy: Floats = (colours[..., 0] - colours[..., 2]) / (colours.sum(axis=-1) + 1)
    return ruddy


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
    top, bottom, seen = upper.copy(), lower.copy(), inside.copy()
    for i in np.flatnonzero(inside).tolist():
        bottom[i] = max(lower[i], _reach(other[i], heights, lower[i], LOWEST * unit))
        top[i] = min(upper[i], -_reach(light[i][::-1], -heights[::-1], -upper[i], HIGHEST * unit))
    leftmost, rightmost = (int(edge) for edge in np.flatnonzero(inside)[[0, -1]])
    for columns in (range(leftmost - 1, -1, -1), range(rightmost + 1, len(steps))):
        for i in columns:
            near = i - columns.step
            run = _run(light[i], heights, top[near], bottom[near])
            if run is None or run[1] - run[0] < THIN * unit:
                # Both lids meet where the white of the eye ends.
                break
            top[i], bottom[i], seen[i] = *run, True
    _to_tips(other, heights, (top, bottom), seen, unit)
    first, last = np.flatnonzero(seen)[[0, -1]]
    top, bottom, steps = (line[first : last + 1] for line in (top, bottom, steps))
    top = _arch(top, unit)
    steps, top, bottom = _pointed(steps, top, bottom, unit)
    # A lower lid hangs in one bow, and so does the edge of the lid that comes down on it.
    whole = np.linspace(steps[0], steps[-1], len(steps))
    bottom = _round(_bow(np.interp(whole, steps, bottom)))
    top = np.interp(whole, steps, top)
    steps = whole
    whole = np.linspace(steps[0], steps[-1], len(mesh.upper))
    between = meeting(len(whole)) * unit
    return Lids(
        start=float(whole[0]),
        end=float(whole[-1]),
        upper=np.interp(whole, steps, top) - INTO_LASHES * between,
        lower=np.interp(whole, steps, bottom) + TRACE * between,
    )


def _to_tips(
    other: NDArray[np.bool_], heights: Floats, lines: tuple[Floats, Floats], measured: NDArray[np.bool_], unit: float
) -> None:
    """Carry both lines on to the tip of an eye that goes on as something else than white, at most `TO_TIP`."""
    (top, bottom), most = lines, round(TO_TIP * unit * FINENESS)
    first, last = (int(edge) for edge in np.flatnonzero(measured)[[0, -1]])
    for edge, step in ((first, -1), (last, 1)):
        tip, low, high = edge, bottom[edge], top[edge] - TO_TIP * unit
        for i in range(edge + step, min(max(edge + step * (most + 1), 0), len(top)), step):
            run = _run(other[i], heights, high, low)
            if run is None:
                break
            tip, high, low = i, run[0], run[1]
        if tip != edge:
            between = slice(min(edge, tip), max(edge, tip) + 1)
            for line in lines:
                line[between] = np.interp(np.arange(*between.indices(len(line))), *_rising(edge, tip, line, high, low))
            measured[between] = True


def _rising(edge: int, tip: int, line: Floats, high: float, low: float) -> tuple[list[int], list[float]]:
    ends = sorted([(edge, float(line[edge])), (tip, (high + low) / 2)])
    return [place for place, _height in ends], [height for _place, height in ends]


def _arch(heights: Floats, unit: float) -> Floats:
    sigma = SMOOTH * unit * FINENESS
    smooth: Floats = cv2.GaussianBlur(heights[None], (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)[0]
    # Towards its ends a blur would level it.
    place = np.linspace(-1, 1, len(heights))
    return heights + (smooth - heights) * np.clip((1 - np.abs(place)) / 0.2, 0, 1)


def _pointed(steps: Floats, top: Floats, bottom: Floats, unit: float) -> tuple[Floats, Floats, Floats]:
    """Both lines carried on to where they meet, on either side: the thin end of a corner was not seen."""
    back = max(2, round(TAIL * unit * FINENESS))
    ends = []
    for end, inner in ((0, back), (-1, -1 - back)):
        gap, before = bottom[end] - top[end], bottom[inner] - top[inner]
        share = float(np.clip(gap / max(before - gap, 1e-6), 0, 1))
        away = share * (steps[end] - steps[inner])
        middle = (top[end] + bottom[end]) / 2
        drift = (middle - (top[inner] + bottom[inner]) / 2) * share
        ends.append((steps[end] + away, middle + drift))
    (left, left_height), (right, right_height) = ends
    return (
        np.concatenate([[left], steps, [right]]),
        np.concatenate([[left_height], top, [right_height]]),
        np.concatenate([[left_height], bottom, [right_height]]),
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


def _round(heights: Floats) -> Floats:
    """A bow without corners, between the same ends and elsewhere nowhere above these."""
    place = np.linspace(-1, 1, len(heights))
    chord, hang = np.interp(place, (-1, 1), heights[[0, -1]]), 1 - place**2
    depth = (heights - chord)[1:-1] / hang[1:-1]
    fit = np.polynomial.Polynomial.fit(place[1:-1], depth, 3, w=hang[1:-1], domain=[-1, 1])
    bow = chord + hang * fit(place)
    lack = max(0.0, float((heights - bow)[np.abs(place) < 0.9].max()))
    rounded: Floats = bow + lack * meeting(len(bow))
    return rounded


def meeting(count: int) -> Floats:
    """A factor for so many even steps along an eye, 1 but near its corners, where it falls to 0."""
    away = 1 - np.abs(np.linspace(-1, 1, count))
    factor: Floats = np.sqrt(np.clip(away / 0.2, 0, 1))
    return factor


def _turns(heights: Floats, a: int, b: int, c: int) -> bool:
    """Whether the middle one of three lies above the line between the others."""
    return bool((heights[b] - heights[a]) * (c - a) <= (heights[c] - heights[a]) * (b - a))


def _reach(mask: NDArray[np.bool_], heights: Floats, start: float, most: float) -> float:
    """The stretch down from `start` on which the mask goes on without a gap."""
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
